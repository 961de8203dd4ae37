"""The API as the commands call it: JSON in, JSON out, problems as exceptions."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote

import httpx

from cli.problems import NotFound, Problem, Refused, Unavailable, Unreachable, WrongUsage

TIMEOUT = httpx.Timeout(30.0, connect=5.0)
"""API Gateway itself gives up after 30 seconds."""

_ASK = {
    401: "your token is missing or has expired: sign in with `orders login`",
    403: "ask somebody whose role allows it, or use another profile (`--profile`)",
    409: "`orders describe ORDER` shows what the order admits now",
    429: "wait for the order's end, or cancel it",
}


class Api:
    """Calls one deployment as one caller. Keep it open for as long as the command runs."""

    def __init__(
        self, url: str, token: str | None, *, transport: httpx.BaseTransport | None = None
    ) -> None:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        self.url = url.rstrip("/")
        with _sendable():
            self._http = httpx.Client(
                base_url=self.url, headers=headers, timeout=TIMEOUT, transport=transport
            )

    def get(self, path: str, **query: Any) -> dict[str, Any]:
        """Read something. Raises Problem."""
        asked = {name: value for name, value in query.items() if value is not None}
        return self._answer("GET", path, params=asked)

    def post(
        self, path: str, body: Mapping[str, Any] | None = None, **headers: str
    ) -> dict[str, Any]:
        """Ask for something; `headers` as `idempotency_key=…`. Raises Problem."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self._answer("POST", path, json=body, headers=named)

    def pages(self, path: str, field: str, **query: Any) -> Iterator[dict[str, Any]]:
        """Every entry of a list, page by page."""
        cursor = None
        while True:
            page = self.get(path, cursor=cursor, **query)
            yield from page[field]
            cursor = page["next_cursor"]
            if cursor is None:
                return

    def _answer(self, method: str, path: str, **request: Any) -> dict[str, Any]:
        try:
            with _sendable():
                answer = self._http.request(method, path, **request)
        except httpx.HTTPError as error:
            reason = str(error) or type(error).__name__
            raise Unreachable(
                f"{self.url} does not answer ({reason})",
                advice="check the address (`orders doctor`), or start one: `python -m local up`",
            ) from error
        if answer.is_success:
            return _json(answer) if answer.content else {}
        raise _problem(answer)


def path(*parts: str) -> str:
    """The path of these parts, none of which can reach into another. Raises WrongUsage."""
    for part in parts:
        if part in ("", ".", "..") or "/" in part:  # servers decode %2F before they route
            raise WrongUsage(f"{part!r} is no id", advice="`orders list` shows the ids of orders")
    return "".join(f"/{quote(part, safe='', errors='surrogateescape')}" for part in parts)


@contextmanager
def _sendable() -> Iterator[None]:
    """Whatever cannot even be written into a request was typed, or set up, in a wrong way."""
    try:
        yield
    except (httpx.InvalidURL, httpx.LocalProtocolError, UnicodeError) as error:
        raise WrongUsage(
            f"this cannot be sent: {error}",
            advice="write keys and ids in plain ASCII, without control characters; "
            "check ORDERS_API_URL and ORDERS_TOKEN too",
        ) from error


def _json(answer: httpx.Response) -> dict[str, Any]:
    try:
        told: dict[str, Any] = answer.json()
    except ValueError as error:
        raise Unreachable(
            f"{answer.request.url} answered something that is not JSON",
            advice="check that ORDERS_API_URL is the address of the order API",
        ) from error
    return told


def _problem(answer: httpx.Response) -> Problem:
    """The server's reason in its own words; a gateway's answer has no `detail`."""
    try:
        told = answer.json()
    except ValueError:
        told = {}
    status = answer.status_code
    message = str(told.get("detail") or told.get("message") or f"HTTP status {status}")
    for field in told.get("errors") or ():
        message += f"\n  {field['field']}: {field['problem']}"
    if status == 404:
        advice = "`orders list` shows the orders that you may see"
        return NotFound(message, advice=advice)
    if status >= 500:
        return Unavailable(message, advice="try again; `orders doctor` looks for the cause")
    advice = _ASK.get(status, "correct the command and try again (`--help`)")
    return Refused(message, advice=advice, status=status)
