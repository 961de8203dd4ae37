"""The API as the commands call it: JSON in, JSON out, problems as exceptions."""

import time
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

import httpx

from cli.answers import Answer, Others, content, entries, expected_field, problem, read
from cli.connection import http_client, proxy_variables, sendable
from cli.problems import Unanswered, Unavailable, Unreachable, WrongUsage

PAUSES_SECONDS = (0.2, 1.0)
"""Before a request that must happen once is repeated."""

KEPT = 100
"""Answers that are kept with their ETag, to be sent again only when they have changed."""


class Api:
    """Calls one deployment as one caller. Keep it open for as long as the command runs."""

    def __init__(
        self,
        url: str,
        token: str | None,
        *,
        others: Others | None = None,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        self.url = url.rstrip("/")
        self.others = others or {}
        self._kept: dict[str, tuple[str, Answer]] = {}
        with sendable():
            self._http = http_client(
                self.url, base_url=self.url, headers=headers, transport=transport
            )

    def get(self, path: str, **query: Any) -> Answer:
        """Read something; while it is unchanged, the same object again. Raises Problem."""
        params = {name: value for name, value in query.items() if value is not None}
        url = str(httpx.URL(path, params=params)) if params else path
        tag, kept = self._kept.get(url, ("", Answer()))
        headers = {"If-None-Match": tag} if tag else {}
        answer, body = self._send("GET", path, params=params, headers=headers)
        if answer.status_code == httpx.codes.NOT_MODIFIED:
            return kept
        found = content(answer, body, expected=expected_field("GET", path))
        if tag := answer.headers.get("ETag", ""):
            self._keep(url, tag, found)
        return found

    def post(self, path: str, body: Mapping[str, Any] | None = None, **headers: str) -> Answer:
        """Ask for something; `headers` as `idempotency_key=…`. Raises Problem."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        answer, text = self._send("POST", path, json=body, headers=named)
        return content(answer, text, expected=expected_field("POST", path))

    def post_once(self, path: str, body: Mapping[str, Any], key: str, **headers: str) -> Answer:
        """Ask for something that must happen once, under an idempotency key: it is asked for again
        when no answer came, or 5xx. Raises Problem; where it may have happened it tells the key.
        """
        for pause in PAUSES_SECONDS:
            try:
                return self.post(path, body, idempotency_key=key, **headers)
            except (Unanswered, Unavailable):
                time.sleep(pause)
        try:
            return self.post(path, body, idempotency_key=key, **headers)
        except (Unanswered, Unavailable) as unsettled:
            raise type(unsettled)(
                f"{unsettled.message}; whether it happened is not known",
                advice=f"repeat the command with `--key {key}`: then it happens once",
                status=unsettled.status,
            ) from unsettled

    def pages(self, path: str, field: str, **query: Any) -> Iterator[Answer]:
        """Every entry of a list, page by page."""
        cursor = None
        while True:
            page = self.get(path, cursor=cursor, **query)
            yield from entries(page, field, self.url)
            cursor = page["next_cursor"]
            if cursor is None:
                return

    def _keep(self, url: str, tag: str, body: Answer) -> None:
        self._kept.pop(url, None)
        if len(self._kept) >= KEPT:
            self._kept.pop(next(iter(self._kept), ""), None)
        self._kept[url] = (tag, body)

    def _send(self, method: str, path: str, **request: Any) -> tuple[httpx.Response, bytes]:
        try:
            with sendable(), self._http.stream(method, path, **request) as answer:
                body = read(answer)
        except httpx.HTTPError as error:
            reason = str(error) or type(error).__name__
            kind = Unreachable if isinstance(error, httpx.ConnectError) else Unanswered
            raise kind(f"{self.url} does not answer ({reason})", advice=self._reach()) from error
        if answer.is_success or answer.status_code == httpx.codes.NOT_MODIFIED:
            return answer, body
        raise problem(answer, body, self.others)

    def _reach(self) -> str:
        """What to try where nothing answers."""
        if proxies := proxy_variables(self.url):
            return f"check the address (`orders doctor`) and the proxy ({', '.join(proxies)})"
        return "check the address (`orders doctor`), or start one: `python -m local up`"


def path(*parts: str) -> str:
    """The path of these parts, none of which can reach into another. Raises WrongUsage."""
    for part in parts:
        if part in ("", ".", "..") or "/" in part:  # servers decode %2F before they route
            raise WrongUsage(f"{part!r} is no id", advice="`orders list` shows the ids of orders")
    return "".join(f"/{quote(part, safe='', errors='surrogateescape')}" for part in parts)
