"""The ASGI application of the emulator: ``/_local/*``, then injected faults, then MiniStack."""

import asyncio
import ipaddress
import json
import logging
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit

from local.emulator.faults import responses as fault_answers
from local.emulator.faults.fault import DESK, BadFault, Fault, read_fault
from local.emulator.fixes import names_on
from local.emulator.pinned_version import PINNED_VERSION

Scope = dict[str, Any]
Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

logger = logging.getLogger("local.emulator")


def front(emulator: App, *, host: str) -> App:
    """Wrap ``emulator`` with fault injection.

    ``/_local/*`` exists only if ``host`` is a loopback address, and only for requests from this
    machine with such a Host header (so no web page can reach it); other requests get 404.
    """
    desk_open = is_loopback(host)

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await emulator(scope, receive, send)
        elif scope["path"].startswith("/_local/"):
            await _local(scope, receive, send, desk_open=desk_open)
        elif DESK.armed:
            await _faulty(emulator, scope, receive, send)
        else:
            await emulator(scope, receive, send)

    return app


def is_loopback(host: str) -> bool:
    """Whether only this machine can connect to `host`."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


async def _local(scope: Scope, receive: Receive, send: Send, *, desk_open: bool) -> None:
    client = (scope.get("client") or ("",))[0]
    body = await _body(receive)
    if not (desk_open and is_loopback(client) and is_loopback(_host_name(scope))):
        await _answer(send, 404, {"message": "not found"})
        return
    try:
        status, told = _desk(scope["method"], scope["path"], _content_type(scope), body)
    except (BadFault, ValueError) as mistake:
        status, told = 400, {"message": str(mistake)}
    await _answer(send, status, told)


def _desk(method: str, path: str, content_type: str, body: bytes) -> tuple[int, dict[str, Any]]:
    if (method, path) == ("GET", "/_local/about"):
        return 200, {"ministack": PINNED_VERSION, "fixes": names_on()}
    if (method, path) == ("DELETE", "/_local/mail"):
        return 200, _forget_mail()
    if path != "/_local/faults":
        return 404, {"message": "not found"}
    if method == "POST":
        # A web page can post a form or text across origins without preflight, but not JSON.
        if content_type != "application/json":
            return 415, {"message": "send application/json"}
        DESK.order(read_fault(json.loads(body)))
    elif method == "DELETE":
        DESK.clear()
    elif method != "GET":
        return 405, {"message": "GET, POST or DELETE"}
    return 200, {"faults": DESK.remaining()}


def _forget_mail() -> dict[str, Any]:
    """Delete all e-mails; ``GET /_ministack/ses/messages`` returns those sent."""
    from ministack.services import ses

    ses._sent_emails.clear()
    return {"mails": 0}


def _content_type(scope: Scope) -> str:
    return _header(scope, b"content-type").split(";")[0].strip().lower()


def _host_name(scope: Scope) -> str:
    return urlsplit(f"//{_header(scope, b'host')}").hostname or ""


def _header(scope: Scope, wanted: bytes) -> str:
    values = [value for name, value in scope["headers"] if name.lower() == wanted]
    return values[0].decode("latin-1") if values else ""


async def _faulty(emulator: App, scope: Scope, receive: Receive, send: Send) -> None:
    """One request while faults are pending: identify the call, then apply its fault."""
    body = await _body(receive)
    call = fault_answers.identify(scope, body)
    fault = DESK.take(call.service, call.action, function=call.function)
    again = _replay(body, receive)
    if fault is None:
        await emulator(scope, again, send)
        return
    logger.warning("fault: %s %s:%s", fault.effect, fault.service, fault.action)
    if fault.effect == "drop":
        await _answer(send, 200, call.success(), call.content_type)
    elif fault.effect == "delay":
        await _delayed(fault, emulator, scope, again, send)
    else:
        if fault.after:
            await emulator(scope, again, _nowhere)
        status, told, headers = call.failure(fault)
        await _answer(send, status, told, call.content_type, headers)


async def _delayed(fault: Fault, emulator: App, scope: Scope, receive: Receive, send: Send) -> None:
    if not fault.after:
        await asyncio.sleep(fault.seconds)
        await emulator(scope, receive, send)
        return
    messages: list[Message] = []

    async def keep(message: Message) -> None:
        messages.append(message)

    await emulator(scope, receive, keep)
    await asyncio.sleep(fault.seconds)
    for message in messages:
        await send(message)


async def _nowhere(_message: Message) -> None:
    """Discards the response."""


async def _body(receive: Receive) -> bytes:
    parts = []
    while True:
        message = await receive()
        parts.append(message.get("body", b""))
        if not message.get("more_body"):
            return b"".join(parts)


def _replay(body: bytes, receive: Receive) -> Receive:
    told = False

    async def again() -> Message:
        nonlocal told
        if told:
            return await receive()
        told = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again


async def _answer(
    send: Send,
    status: int,
    told: dict[str, Any] | str,
    content_type: str = "application/json",
    headers: dict[str, str] | None = None,
) -> None:
    raw = (told if isinstance(told, str) else json.dumps(told)).encode()
    lines = {"content-type": content_type, "content-length": str(len(raw)), **(headers or {})}
    encoded = [(name.encode(), value.encode()) for name, value in lines.items()]
    await send({"type": "http.response.start", "status": status, "headers": encoded})
    await send({"type": "http.response.body", "body": raw})
