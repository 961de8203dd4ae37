"""The emulator's own routes, below ``/_local``: inject faults, delete e-mails, list the fixes.

They exist only on a loopback address, and only for requests from this machine with such a Host
header, so that no web page can call them. All other requests get 404.
"""

import ipaddress
import json
from typing import Any
from urllib.parse import urlsplit

from local.emulator.faults.fault import InvalidFault, read_fault
from local.emulator.faults.injected import FAULTS
from local.emulator.fixes import names_on
from local.emulator.http.asgi import App, Receive, Scope, Send, header, read_body, respond
from local.emulator.pinned_version import PINNED_VERSION

PREFIX = "/_local/"
_NOT_FOUND = {"message": "not found"}


def with_local_api(emulator: App, *, host: str) -> App:
    """Add the routes to an application that listens on ``host``."""
    is_open = is_loopback(host)

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"].startswith(PREFIX):
            await _handle(scope, receive, send, is_open=is_open)
        else:
            await emulator(scope, receive, send)

    return app


def is_loopback(host: str) -> bool:
    """Whether only this machine can connect to `host`."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


async def _handle(scope: Scope, receive: Receive, send: Send, *, is_open: bool) -> None:
    body = await read_body(receive)
    if not (is_open and _comes_from_this_machine(scope)):
        await respond(send, 404, _NOT_FOUND)
        return
    try:
        status, content = _route(scope, body)
    except (InvalidFault, ValueError) as error:
        status, content = 400, {"message": str(error)}
    await respond(send, status, content)


def _comes_from_this_machine(scope: Scope) -> bool:
    client, *_ = scope.get("client") or ("",)
    host = urlsplit(f"//{header(scope, b'host')}").hostname or ""
    return is_loopback(client) and is_loopback(host)


def _route(scope: Scope, body: bytes) -> tuple[int, dict[str, Any]]:
    method, path = scope["method"], scope["path"].removeprefix(PREFIX)
    if (method, path) == ("GET", "about"):
        return 200, {"ministack": PINNED_VERSION, "fixes": names_on()}
    if (method, path) == ("DELETE", "mail"):
        return 200, _delete_mails()
    return _faults(scope, body) if path == "faults" else (404, _NOT_FOUND)


def _faults(scope: Scope, body: bytes) -> tuple[int, dict[str, Any]]:
    match scope["method"]:
        case "POST":
            # A web page can post a form or text across origins without preflight, but not JSON.
            if header(scope, b"content-type").split(";")[0].strip().lower() != "application/json":
                return 415, {"message": "send application/json"}
            FAULTS.inject(read_fault(json.loads(body)))
        case "DELETE":
            FAULTS.clear()
        case "GET":
            pass
        case _:
            return 405, {"message": "GET, POST or DELETE"}
    return 200, {"faults": FAULTS.list_pending()}


def _delete_mails() -> dict[str, Any]:
    """Delete all e-mails; ``GET /_ministack/ses/messages`` returns those sent."""
    from ministack.services import ses

    ses._sent_emails.clear()
    return {"mails": 0}
