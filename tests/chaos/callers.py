"""Callers that repeat a request with the same key until it gets a response."""

import threading
import time
import uuid
from collections import Counter
from collections.abc import Mapping
from typing import Any

import httpx

from tests.chaos.environment import Deployment

HTTP_SECONDS = 40
PATIENCE_SECONDS = 900
PAUSE_SECONDS = 0.3
_BUSY = 429


class Unanswered(Exception):
    """A request was repeated for PATIENCE_SECONDS and got no response."""


class Callers:
    """Sends requests with the tokens of the current deployment. `repeated` counts the repeated
    requests by cause: the effect of the kills on callers.
    """

    def __init__(self, deployment: Deployment) -> None:
        self._deployment = deployment
        self._http = httpx.Client(timeout=HTTP_SECONDS, trust_env=False)
        self._lock = threading.Lock()
        self.repeated: Counter[str] = Counter()
        self.ended = threading.Event()
        """Set when the run is interrupted: waiting callers stop."""

    def close(self) -> None:
        """Close the connections."""
        self.ended.set()
        self._http.close()

    def post(
        self, who: str, path: str, body: Mapping[str, Any], *, wait: int = 0
    ) -> httpx.Response:
        """Send a change, with one idempotency key for all attempts. `wait` is how many seconds the
        API may wait for a signal's outcome before it responds. Raises Unanswered.
        """
        headers = {"Idempotency-Key": str(uuid.uuid4())}
        if wait:
            headers["Prefer"] = f"wait={wait}"
        return self._ask(who, "POST", path, body, headers)

    def get(self, who: str, path: str) -> httpx.Response:
        """Send a GET request. Raises Unanswered."""
        return self._ask(who, "GET", path, None, {})

    def _ask(
        self,
        who: str,
        method: str,
        path: str,
        body: Mapping[str, Any] | None,
        headers: Mapping[str, str],
    ) -> httpx.Response:
        give_up = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < give_up:
            self._wait_until_open()
            state = self._deployment.state
            sent = {"Authorization": f"Bearer {state.tokens[who]}", **headers}
            try:
                answer = self._http.request(method, state.api_url + path, json=body, headers=sent)
            except httpx.TransportError as failure:
                self._again(type(failure).__name__)
                continue
            if answer.is_server_error or answer.status_code == _BUSY:
                self._again(str(answer.status_code))
            elif self._deployment.open.is_set():
                return answer
            # Else the response may come from a deployment that is being killed: repeat the request.
        raise Unanswered(f"{method} {path} by {who}: no response, {dict(self.repeated)}")

    def _wait_until_open(self) -> None:
        while not self._deployment.open.wait(PAUSE_SECONDS):
            if self.ended.is_set():
                raise Unanswered("the run was interrupted")

    def _again(self, cause: str) -> None:
        with self._lock:
            self.repeated[cause] += 1
        if self.ended.wait(PAUSE_SECONDS):
            raise Unanswered("the run was interrupted")
