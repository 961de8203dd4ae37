"""What a payment provider does and localstripe has no way to do: refuse requests for a while, lose
an answer, settle a payment later, let one expire, and fail a refund, at once or days later.

Registered for a payment method, as Stripe's test cards select a behaviour. The payments themselves
stay at localstripe.
"""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from local.localstripe.gaps import change_objects

Answer = tuple[int, bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A request of a client."""

    verb: str
    path: str
    body: bytes
    headers: Mapping[str, str]


Send = Callable[[Request], Answer]


@dataclass(slots=True)
class Behaviour:
    """`does` is `unavailable` (the first `times` confirmations), `lose-answer` (`seconds` after the
    capture), `settle-later`, `expire` or `fail-refund`.
    """

    does: str
    times: int = 0
    seconds: float = 0.0


class Behaviours:
    """Responds to requests. `send` sends one to localstripe."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._of_method: dict[str, Behaviour] = {}
        self._processing: set[str] = set()
        self._failed_refunds: set[str] = set()

    def register(self, payment_method: str, behaviour: Behaviour) -> None:
        """Choose the behaviour of a payment method."""
        self._of_method[payment_method] = behaviour

    def fail_refund(self, refund: str) -> None:
        """From now on, a refund that had succeeded has failed."""
        self._failed_refunds.add(refund)

    def settle(self, intent: str, request: Request) -> Answer:
        """Capture a payment that is processing: localstripe captures and reports it."""
        self._processing.discard(intent)
        return self._send(replace(request, path=f"/v1/payment_intents/{intent}/confirm", body=b""))

    def respond(self, request: Request) -> Answer | None:
        """The answer to a request; None if it is lost."""
        if not request.path.startswith("/v1/"):
            return self._send(request)
        kind, name, action = [*request.path.removeprefix("/v1/").split("/"), "", ""][:3]
        if request.verb == "POST" and name in self._processing:
            return _error(400, "payment_intent_unexpected_state")
        if request.verb == "POST" and action == "confirm":
            return self._confirm(name, request)
        answer = self._send(request)
        if request.verb == "POST" and kind == "refunds" and answer[0] == 200:
            self._note_refund(json.loads(answer[1]), request)
        return self._as_changed(answer)

    def _confirm(self, intent: str, request: Request) -> Answer | None:
        behaviour = self._behaviour(intent, request)
        if behaviour.does == "unavailable" and behaviour.times:
            behaviour.times -= 1
            return _error(503, None)
        if behaviour.does == "settle-later":
            self._processing.add(intent)
            return self._as_changed(self._read(intent, request))
        if behaviour.does == "expire":
            self._send(replace(request, path=f"/v1/payment_intents/{intent}/cancel", body=b""))
        answer = self._send(request)
        if behaviour.does == "lose-answer" and answer[0] == 200:
            time.sleep(behaviour.seconds)
            return None
        return answer

    def _note_refund(self, refund: Mapping[str, Any], request: Request) -> None:
        if self._behaviour(refund["payment_intent"], request).does == "fail-refund":
            self._failed_refunds.add(refund["id"])

    def _behaviour(self, intent: str, request: Request) -> Behaviour:
        status, body = self._read(intent, request)
        method = json.loads(body)["payment_method"] if status == 200 else ""
        return self._of_method.get(method, Behaviour("capture"))

    def _read(self, intent: str, request: Request) -> Answer:
        path = f"/v1/payment_intents/{intent}"
        return self._send(replace(request, verb="GET", path=path, body=b""))

    def _as_changed(self, answer: Answer) -> Answer:
        """The answer, with the payments and refunds that only look different at localstripe."""
        if answer[0] != 200 or not (self._processing or self._failed_refunds):
            return answer
        return 200, json.dumps(change_objects(json.loads(answer[1]), self._change)).encode()

    def _change(self, found: Mapping[str, Any]) -> Mapping[str, Any]:
        if found.get("id") in self._processing:
            return {**found, "status": "processing"}
        if found.get("id") in self._failed_refunds:
            return {**found, "status": "failed", "failure_reason": "expired_or_canceled_card"}
        return found


def _error(status: int, code: str | None) -> Answer:
    error = {"type": "api_error" if status >= 500 else "invalid_request_error", "code": code}
    return status, json.dumps({"error": error}).encode()
