"""Faults of AWS services, injected into one botocore client at its documented event hooks."""

from http import HTTPStatus
from types import SimpleNamespace
from typing import Any

from botocore.exceptions import ReadTimeoutError
from moto.core.models import botocore_stubber

_armed: list[tuple[Any, str, Any]] = []


def disarm() -> None:
    """Remove the faults that no call has triggered."""
    while _armed:
        client, event, handler = _armed.pop()
        client.meta.events.unregister(event, handler)


def answer(
    client: Any, operation: str, code: str, status: int = HTTPStatus.BAD_REQUEST, **more: Any
) -> None:
    """Return an error for the next call of an operation, without making the call."""

    def refuse(**_: Any) -> tuple[Any, dict[str, Any]]:
        disarm()
        error = {"Code": code, "Message": more.pop("message", f"{code}, says the test")}
        about = {"HTTPStatusCode": int(status)}
        return SimpleNamespace(status_code=status), {
            "Error": error,
            "ResponseMetadata": about,
            **more,
        }

    _arm(client, _event("before-call", client, operation), refuse)


def fail(client: Any, operation: str, error: Exception) -> None:
    """Make the next call of an operation fail in the network, before it reaches the service."""
    _raise_once(client, "before-call", operation, error)


def intercept(client: Any, operation: str, handler: Any) -> None:
    """Let `handler` return (HTTP response, parsed response) for every call of an operation."""
    _arm(client, _event("before-call", client, operation), handler)


def lose_answer(client: Any, operation: str) -> None:
    """Make the next call of an operation, and lose its response."""
    _raise_once(client, "after-call", operation, ReadTimeoutError(endpoint_url="https://service"))


def lose_first_answer(client: Any, operation: str) -> None:
    """Make the next call of an operation, and lose the response of the first attempt; the SDK's
    retry gets a response.
    """
    event = _event("before-send", client, operation)

    def carry_out(request: Any, **_: Any) -> None:
        disarm()
        botocore_stubber(event, request)
        raise ReadTimeoutError(endpoint_url="https://service")

    _arm(client, event, carry_out)


def send_write_twice(client: Any, number: int) -> list[str]:
    """Send the `number`th write to DynamoDB (from 1) twice, as the SDK does after a lost answer:
    the caller gets the second answer. Returns the names of the writes, which grows.
    """
    writes: list[str] = []

    def carry_out(request: Any, event_name: str, **_: Any) -> None:
        operation = event_name.rpartition(".")[2]
        if operation in ("PutItem", "UpdateItem", "TransactWriteItems"):
            writes.append(operation)
            if len(writes) == number:
                botocore_stubber(event_name, request)

    _arm(client, "before-send.dynamodb", carry_out)
    return writes


def cancelled(*codes: str) -> dict[str, Any]:
    """The reasons of a cancelled transaction, for `answer`."""
    return {"CancellationReasons": [{"Code": code} for code in codes]}


def _raise_once(client: Any, moment: str, operation: str, error: Exception) -> None:
    def raise_it(**_: Any) -> None:
        disarm()
        raise error

    _arm(client, _event(moment, client, operation), raise_it)


def _arm(client: Any, event: str, handler: Any) -> None:
    client.meta.events.register_first(event, handler)
    _armed.append((client, event, handler))


def _event(moment: str, client: Any, operation: str) -> str:
    service = client.meta.service_model.service_id.hyphenize()
    return f"{moment}.{service}.{operation}"
