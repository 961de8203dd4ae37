"""What answers of the API mean: JSON, or a problem in plain words."""

import re
from collections.abc import Collection, Mapping
from typing import Any
from urllib.parse import unquote

import httpx

from cli.problems import (
    NotFound,
    Problem,
    Refused,
    Unavailable,
    Unreachable,
    WrongUsage,
    in_plain_words,
    role_missing,
    roles_named_in,
    sentence,
    without_advice,
)

Others = Mapping[str, Collection[str]]
"""The profiles at hand by name, with their roles."""


def content(answer: httpx.Response) -> dict[str, Any]:
    """What the API answered. Raises Unreachable when somebody else did."""
    try:
        told: dict[str, Any] = answer.json()
    except ValueError as error:
        raise Unreachable(
            f"{answer.request.url} answered something that is not JSON",
            advice="check that ORDERS_API_URL is the address of the order API",
        ) from error
    return told


def problem(answer: httpx.Response, others: Others) -> Problem:
    """The server's reason in plain words; a gateway's answer has no `detail`."""
    told, status, about = _document(answer), answer.status_code, _order_in(answer.request)
    if told.get("errors"):
        return _misfit(told["errors"], answer)
    message = _reason(told, answer)
    if status == 403:
        return role_missing(message, roles_named_in(message), others, status)
    if status == 404:
        return NotFound(message, advice=_look_for(str(told.get("type")), about), status=status)
    if status >= 500:
        advice = "try again; `orders doctor` looks for the cause"
        return Unavailable(message, advice=advice, status=status)
    return Refused(message, advice=_advice(status, about), status=status)


def _document(answer: httpx.Response) -> dict[str, Any]:
    try:
        told = answer.json()
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def _reason(told: Mapping[str, Any], answer: httpx.Response) -> str:
    message = str(told.get("detail") or told.get("message") or f"HTTP status {answer.status_code}")
    if message.startswith("The header Idempotency-Key is malformed"):
        is_signal = "/signals/" in answer.request.url.path
        of = "letters, digits and . _ ~ : -" if is_signal else "visible ASCII characters, no spaces"
        return f"the key (`--key`) must be of {of}, 1 to 128"
    return without_advice(message)


def _misfit(errors: list[dict[str, str]], answer: httpx.Response) -> Problem:
    """Fields are at fault; those of a question are options, so it was typed in a wrong way."""
    fields = in_plain_words(errors)
    kind = WrongUsage if answer.request.method == "GET" else Refused
    advice = "correct it and try again (`--help`)"
    return kind(sentence(fields), advice=advice, status=answer.status_code, fields=fields)


def _order_in(request: httpx.Request) -> str:
    """The order that a request is about, if it is about one."""
    found = re.search("/orders/([^/]+)", request.url.raw_path.decode().partition("?")[0])
    return unquote(found[1]) if found else ""


def _look_for(type_: str, order_id: str) -> str:
    if type_.endswith(":signal-not-found"):
        return f"`orders timeline {order_id} -o json` names its settled signals (`signal_id`)"
    return "`orders list` shows the orders that you may see"


def _advice(status: int, order_id: str) -> str:
    if status == 401:
        return "your token is missing or has expired: sign in with `orders login`"
    if status == 409 and order_id:
        return f"`orders describe {order_id}` shows what the order admits now"
    if status == 429:
        end = f"wait for the order's end (`orders wait {order_id}`), or cancel it"
        return end if order_id else "wait a moment and try again"
    return "correct the command and try again (`--help`)"
