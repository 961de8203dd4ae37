"""Task tokens: each is valid once; late and forged tokens have their own errors."""

import base64
import hashlib
import hmac
import json
import secrets
import threading
import time
from dataclasses import dataclass, field
from typing import Any

from local.emulator.fixes import is_on
from local.emulator.step_functions.engine import Response, accept, engine, refuse

_SIGNED_BYTES = 16
_SIGNING_KEY = b"local emulator"
"""Distinguishes issued from forged tokens, also after a restart. Not a security feature."""

_lock = threading.Lock()
_waiting: dict[str, "Waiting"] = {}


@dataclass
class Waiting:
    """A task that waits for SendTaskSuccess or SendTaskFailure with its token."""

    last_heartbeat: float = field(default_factory=time.monotonic)
    changed: threading.Event = field(default_factory=threading.Event)
    result: dict[str, Any] | None = None


def issue() -> tuple[str, Waiting]:
    """A new token and its wait."""
    nonce = secrets.token_bytes(_SIGNED_BYTES)
    token = base64.b64encode(nonce + _signature(nonce)).decode()
    waiting = _waiting[token] = Waiting()
    return token, waiting


def reopen(token: str) -> Waiting:
    """Wait again for a used token (only if the fix `token-per-attempt` is disabled)."""
    waiting = _waiting[token] = Waiting()
    return waiting


def retire(token: str) -> dict[str, Any] | None:
    """End the wait and invalidate the token. Returns the result that arrived in time."""
    with _lock:
        waiting = _waiting.pop(token, None)
        return waiting.result if waiting else None


def retire_all() -> None:
    """Invalidate every token, because the emulator is reset."""
    with _lock:
        _waiting.clear()


def send_task_success(data: dict[str, Any]) -> Response:
    """SendTaskSuccess. AWS: API Reference, SendTaskSuccess (Errors)."""
    output = data.get("output", "{}")
    try:
        result = json.loads(output)
    except (TypeError, ValueError):
        if is_on("token-errors"):
            return refuse("InvalidOutput", "Invalid Output: 'The output is not valid JSON'")
        result = output
    return _accept_result(data, {"result": result}, engine_action="_send_task_success")


def send_task_failure(data: dict[str, Any]) -> Response:
    """SendTaskFailure. AWS: a missing error name or cause is empty."""
    failure = {"error": data.get("error") or "", "cause": data.get("cause") or ""}
    return _accept_result(data, failure, engine_action="_send_task_failure")


def send_task_heartbeat(data: dict[str, Any]) -> Response:
    """SendTaskHeartbeat. AWS: restarts HeartbeatSeconds, not TimeoutSeconds."""
    return _accept_result(data, None, engine_action="_send_task_heartbeat")


def _accept_result(
    data: dict[str, Any], result: dict[str, Any] | None, *, engine_action: str
) -> Response:
    token = data.get("taskToken") or ""
    with _lock:
        waiting = _waiting.get(token)
        if waiting and (not waiting.result or not is_on("token-errors")):
            waiting.last_heartbeat = time.monotonic()
            if result:
                waiting.result = result
                waiting.changed.set()
            return accept({})
    if token in engine._task_tokens:  # an activity's token, or one of a JSONata state
        stock: Response = STOCK[engine_action](data)
        return stock
    return _error(token)


def _error(token: str) -> Response:
    """AWS: TaskTimedOut for an expired token, InvalidToken for any other text."""
    if not is_on("token-errors"):
        return refuse("TaskDoesNotExist", "Task token not found")
    if _is_issued_here(token):
        return refuse("TaskTimedOut", "Task Timed Out: 'Provided task does not exist anymore'")
    return refuse("InvalidToken", "Invalid Token: 'Invalid token'")


def _is_issued_here(token: str) -> bool:
    try:
        raw = base64.b64decode(token, validate=True)
    except ValueError:
        return False
    return hmac.compare_digest(_signature(raw[:_SIGNED_BYTES]), raw[_SIGNED_BYTES:])


def _signature(nonce: bytes) -> bytes:
    return hmac.digest(_SIGNING_KEY, nonce, hashlib.sha256)[:_SIGNED_BYTES]


STOCK = {
    name: getattr(engine, name)
    for name in ("_send_task_success", "_send_task_failure", "_send_task_heartbeat")
}
