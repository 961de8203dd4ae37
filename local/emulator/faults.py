"""The fault desk: failures that a test or a demo orders, each a counted number of times."""

import sys
import threading
import time
from dataclasses import asdict, dataclass, fields
from typing import Any, Literal, get_args

Effect = Literal["drop", "fail", "delay"]
LONGEST_DELAY_SECONDS = 300


class BadFault(ValueError):
    """The order makes no sense; the message says why."""


@dataclass
class Fault:
    """What happens to the next ``times`` calls of ``service``:``action``.

    ``drop`` answers success without doing it; ``fail`` answers ``error`` with HTTP ``status``
    without doing it; ``delay`` waits ``seconds`` first. With ``after`` the call is done, and then
    ``fail`` loses its answer and ``delay`` keeps it back. ``function`` is a part of the name of
    the Lambda function; empty matches any.
    """

    service: str
    action: str
    effect: Effect
    times: int = 1
    error: str = "ServiceException"
    status: int = 500
    seconds: float = 0.0
    after: bool = False
    function: str = ""

    def __post_init__(self) -> None:
        for mistake in self._mistakes():
            raise BadFault(mistake)

    def _mistakes(self) -> list[str]:
        texts = (self.service, self.action)
        checks = {
            "service and action must be non-empty strings": all(map(_is_text, texts))
            and all(texts),
            f"effect must be one of {', '.join(get_args(Effect))}": self.effect in get_args(Effect),
            "times must be a whole number from 1": _is_whole(self.times, 1, sys.maxsize),
            "status must be from 400 to 599": _is_whole(self.status, 400, 599),
            f"seconds must be from 0 to {LONGEST_DELAY_SECONDS}": _is_delay(self.seconds),
            "error and function must be strings": all(map(_is_text, (self.error, self.function))),
            "after must be true or false": self.after in (True, False),
            "drop cannot happen after the call": not (self.effect == "drop" and self.after),
        }
        return [mistake for mistake, fine in checks.items() if not fine]

    @property
    def message(self) -> str:
        """The text of the error answer."""
        return f"{self.error} ordered at the fault desk"

    def matches(self, service: str, action: str, function: str) -> bool:
        """Whether this call is meant."""
        named = not self.function or self.function in function
        return (self.service, self.action) == (service, action) and named

    def wait_before(self) -> None:
        """The delay of a call that runs in a separate thread."""
        if self.effect == "delay" and not self.after:
            time.sleep(self.seconds)

    def wait_after(self) -> None:
        """The delay of its answer."""
        if self.effect == "delay" and self.after:
            time.sleep(self.seconds)


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_whole(value: object, least: int, most: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most


def _is_delay(value: object) -> bool:
    return isinstance(value, int | float) and 0 <= value <= LONGEST_DELAY_SECONDS


def read_fault(body: Any) -> Fault:
    """A fault from a JSON body; :class:`BadFault` names the first mistake."""
    if not isinstance(body, dict):
        raise BadFault("the body must be a JSON object")
    unknown = body.keys() - {field.name for field in fields(Fault)}
    if unknown:
        raise BadFault(f"unknown fields: {', '.join(sorted(unknown))}")
    try:
        return Fault(**body)
    except TypeError:
        raise BadFault("service, action and effect are required") from None


class FaultDesk:
    """The faults still to happen. Safe to use from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._faults: list[Fault] = []

    @property
    def armed(self) -> bool:
        return bool(self._faults)

    def order(self, fault: Fault) -> None:
        """Add a fault; earlier ones for the same call happen first."""
        with self._lock:
            self._faults.append(fault)

    def take(self, service: str, action: str, *, function: str = "") -> Fault | None:
        """The fault for this call, counted as happened."""
        with self._lock:
            for fault in self._faults:
                if fault.matches(service, action, function):
                    fault.times -= 1
                    self._faults = [known for known in self._faults if known.times > 0]
                    return fault
        return None

    def remaining(self) -> list[dict[str, Any]]:
        """The faults that have not happened yet, oldest first."""
        with self._lock:
            return [asdict(fault) for fault in self._faults]

    def clear(self) -> None:
        """Forget them all."""
        with self._lock:
            self._faults.clear()


DESK = FaultDesk()
"""The one desk of this process."""
