"""The HTTP client of the commands. It sends and returns JSON, and raises Problem."""

import time
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any
from urllib.parse import quote

import httpx

from cli.client.connection import http_client, proxy_variables, translate_request_errors
from cli.client.responses import (
    Answer,
    RolesByProfile,
    content,
    entries,
    expected_field,
    problem,
    read,
)
from cli.problems import Unanswered, Unavailable, Unreachable, WrongUsage

PAUSES_SECONDS = (0.2, 1.0)
"""Delays before the retries of a request with an idempotency key."""

MAX_CACHED = 100
"""Maximum number of cached responses. Each is revalidated with its ETag."""


class Api:
    """Calls one deployment as one caller. A command uses one instance for all its requests."""

    def __init__(
        self,
        url: str,
        token: str | None,
        *,
        other_profiles: RolesByProfile | None = None,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        self.url = url.rstrip("/")
        self.other_profiles = other_profiles or {}
        self._cache: dict[str, tuple[str, Answer]] = {}
        with translate_request_errors():
            self._http = http_client(
                self.url, base_url=self.url, headers=headers, transport=transport
            )

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def get(self, path: str, **query: Any) -> Answer:
        """Send a GET request. Returns the same object while the ETag matches. Raises Problem."""
        params = {name: value for name, value in query.items() if value is not None}
        url = str(httpx.URL(path, params=params)) if params else path
        tag, cached = self._cache.get(url, ("", Answer()))
        headers = {"If-None-Match": tag} if tag else {}
        answer, body = self._send("GET", path, params=params, headers=headers)
        if answer.status_code == httpx.codes.NOT_MODIFIED:
            return cached
        found = content(answer, body, expected=expected_field("GET", path))
        if tag := answer.headers.get("ETag", ""):
            self._store(url, tag, found)
        return found

    def post(self, path: str, body: Mapping[str, Any] | None = None, **headers: str) -> Answer:
        """Send a POST request; name `headers` like `idempotency_key`. Raises Problem."""
        http_headers = {name.replace("_", "-"): value for name, value in headers.items()}
        answer, text = self._send("POST", path, json=body, headers=http_headers)
        return content(answer, text, expected=expected_field("POST", path))

    def put(self, path: str, body: Mapping[str, Any]) -> Answer:
        """Send a PUT request. Raises Problem."""
        answer, text = self._send("PUT", path, json=body)
        return content(answer, text, expected=expected_field("PUT", path))

    def post_once(
        self, path: str, body: Mapping[str, Any] | None, key: str, **headers: str
    ) -> Answer:
        """Send a POST request with an idempotency key; retry it without an answer and after 5xx.

        Raises Problem. When the outcome is unknown, the advice contains the key.
        """
        for pause in PAUSES_SECONDS:
            try:
                return self.post(path, body, idempotency_key=key, **headers)
            except (Unanswered, Unavailable):
                time.sleep(pause)
        try:
            return self.post(path, body, idempotency_key=key, **headers)
        except (Unanswered, Unavailable) as error:
            raise type(error)(
                f"{error.message}; it is unknown whether the request took effect",
                advice=f"repeat the command with `--key {key}`: it takes effect only once",
                status=error.status,
            ) from error

    def pages(self, path: str, field: str, **query: Any) -> Iterator[Answer]:
        """Every entry of a list, page by page."""
        cursor = None
        while True:
            page = self.get(path, cursor=cursor, **query)
            yield from entries(page, field, self.url)
            cursor = page["next_cursor"]
            if cursor is None:
                return

    def newest(
        self, path: str, field: str, *, limit: int, page_size: int, **query: Any
    ) -> Iterator[Answer]:
        """At most `limit` entries of a list; `page_size` is the server's maximum."""
        return islice(self.pages(path, field, limit=min(limit, page_size), **query), limit)

    def _store(self, url: str, tag: str, body: Answer) -> None:
        self._cache.pop(url, None)
        if len(self._cache) >= MAX_CACHED:
            self._cache.pop(next(iter(self._cache), ""), None)
        self._cache[url] = (tag, body)

    def _send(self, method: str, path: str, **request: Any) -> tuple[httpx.Response, bytes]:
        try:
            with translate_request_errors(), self._http.stream(method, path, **request) as answer:
                body = read(answer)
        except httpx.HTTPError as error:
            reason = str(error) or type(error).__name__
            kind = Unreachable if isinstance(error, httpx.ConnectError) else Unanswered
            raise kind(
                f"{self.url} does not answer ({reason})", advice=self._connection_advice()
            ) from error
        if answer.is_success or answer.status_code == httpx.codes.NOT_MODIFIED:
            return answer, body
        raise problem(answer, body, self.other_profiles)

    def _connection_advice(self) -> str:
        """Advice for an address that does not answer."""
        if proxies := proxy_variables(self.url):
            return f"check the address (`orders doctor`) and the proxy ({', '.join(proxies)})"
        return "check the address (`orders doctor`), or start one: `python -m local up`"


def path(*parts: str) -> str:
    """Join and escape the parts of a path. Raises WrongUsage for a part with a slash or dots."""
    for part in parts:
        if part in ("", ".", "..") or "/" in part:  # servers decode %2F before they route
            raise WrongUsage(f"{part!r} is not an id", advice="`orders list` shows the order ids")
    return "".join(f"/{quote(part, safe='', errors='surrogateescape')}" for part in parts)
