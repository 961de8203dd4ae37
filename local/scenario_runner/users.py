"""User actions: only requests to the HTTP API."""

import threading
import uuid
from collections.abc import Mapping
from typing import Any

import httpx

from local.host.waiting import STALL_SECONDS


class ApiError(Exception):
    """The API returned an error."""

    def __init__(self, request: str, status: int, body: str) -> None:
        super().__init__(f"{request} returned {status}: {body[:300]}")
        self.status = status


class Users:
    """All users with a token. Keeps the text of all responses, to search them for secrets."""

    def __init__(self, api_url: str, tokens: Mapping[str, str]) -> None:
        self._http = httpx.Client(base_url=api_url, timeout=STALL_SECONDS, trust_env=False)
        self._tokens = tokens
        self._lock = threading.Lock()
        self._responses: list[str] = []

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    @property
    def responses(self) -> tuple[str, ...]:
        """The bodies of all responses so far."""
        with self._lock:
            return tuple(self._responses)

    def request(
        self, who: str, method: str, path: str, body: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        """Send a request with the token named `who`. Raises ApiError for 4xx and 5xx."""
        headers = {"Authorization": f"Bearer {self._tokens[who]}"}
        if method == "POST":
            headers["Idempotency-Key"] = str(uuid.uuid4())
        response = self._http.request(method, path, json=body, headers=headers)
        with self._lock:
            self._responses.append(response.text)
        if response.is_error:
            raise ApiError(f"{method} {path} by {who}", response.status_code, response.text)
        content: dict[str, Any] = response.json() if response.content else {}
        return content

    def status(self, order_id: str) -> dict[str, Any]:
        """Read an order as the operator."""
        return self.request("operator", "GET", f"/orders/{order_id}")

    def signal(self, order_id: str, signal_id: str) -> dict[str, Any]:
        """A signal with its outcome, if it has one."""
        return self.request("operator", "GET", f"/orders/{order_id}/signals/{signal_id}")
