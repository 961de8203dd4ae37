"""A fault of AWS calls, and the validation of its fields."""

import sys
import time
from dataclasses import dataclass, fields
from typing import Any, Literal, get_args

Effect = Literal["drop", "fail", "delay"]
LONGEST_DELAY_SECONDS = 300


class InvalidFault(ValueError):
    """The fault is invalid; the message says why."""


@dataclass
class Fault:
    """A fault of the next ``times`` calls of ``service``:``action``.

    ``drop`` returns success without making the call; ``fail`` returns ``error`` with HTTP
    ``status`` without making it; ``delay`` waits ``seconds`` first. With ``after`` the call is
    made; then ``fail`` replaces its response and ``delay`` delays it. ``function`` is a part of
    the name of the Lambda function; empty matches any.
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
            raise InvalidFault(mistake)

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
        return [mistake for mistake, valid in checks.items() if not valid]

    @property
    def message(self) -> str:
        """The message of the error response."""
        return f"{self.error} (injected fault)"

    def matches(self, service: str, action: str, function: str) -> bool:
        """Whether the fault applies to a call."""
        named = not self.function or self.function in function
        return (self.service, self.action) == (service, action) and named

    def wait_before(self) -> None:
        """Delay a call. Runs in a separate thread."""
        if self.effect == "delay" and not self.after:
            time.sleep(self.seconds)

    def wait_after(self) -> None:
        """Delay its response."""
        if self.effect == "delay" and self.after:
            time.sleep(self.seconds)


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_whole(value: object, least: int, most: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most


def _is_delay(value: object) -> bool:
    return isinstance(value, int | float) and 0 <= value <= LONGEST_DELAY_SECONDS


def read_fault(body: Any) -> Fault:
    """Read a fault from a JSON body. Raises :class:`InvalidFault` for the first mistake."""
    if not isinstance(body, dict):
        raise InvalidFault("the body must be a JSON object")
    unknown = body.keys() - {field.name for field in fields(Fault)}
    if unknown:
        raise InvalidFault(f"unknown fields: {', '.join(sorted(unknown))}")
    try:
        return Fault(**body)
    except TypeError:
        raise InvalidFault("service, action and effect are required") from None
