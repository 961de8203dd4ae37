"""Requests to another service over HTTPS, with the secret of Secrets Manager as bearer token."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import urllib3

from lambdas.adapters.secrets_manager import CachedSecret
from lambdas.domain.errors import ProviderUnavailable, StoreUnavailable

if TYPE_CHECKING:
    from lambdas.domain.ports import Clock

TIMEOUT = urllib3.Timeout(connect=1, read=2)
"""Seconds. A call is at most two requests with a second between them: with the look-up after a lost
answer it ends within 14 s, before its function's 20 s.
"""
LONGEST_PAUSE_SECONDS = 1
_REFUSED = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN})
_TRANSIENT = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS})


class UnexpectedAnswer(Exception):
    """The service gave an answer that its contract (docs/adapters.md) does not have: a defect."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The status and the JSON object of a response."""

    status: int
    body: Mapping[str, Any]


class HttpService:
    """One service; `name` is for messages. It follows no redirects: another server would get the
    token.
    """

    def __init__(
        self,
        name: str,
        secret: CachedSecret,
        clock: "Clock",
        *,
        url: str,
        timeout: urllib3.Timeout = TIMEOUT,
    ) -> None:
        self._name, self._secret, self._clock = name, secret, clock
        self._url = url.rstrip("/")
        self._timeout = timeout
        self._pool = urllib3.PoolManager()

    def read(self, path: str, query: Mapping[str, Any] | None = None) -> Answer:
        """GET, repeated once after a transient error. Raises StoreUnavailable, UnexpectedAnswer."""
        return self._call("GET", path, repeats=True, fields=query)

    def write(self, path: str, body: Mapping[str, Any]) -> Answer:
        """PUT. After StoreUnavailable the effect is unknown: the caller looks it up. Raises
        UnexpectedAnswer.
        """
        return self._call("PUT", path, repeats=False, json=body)

    def _call(self, method: str, path: str, *, repeats: bool, **content: Any) -> Answer:
        """Send the request. Send it again if the service refused its token or asks for a short
        pause, or if it failed and the call `repeats`.
        """
        response = self._send_first(method, path, content, repeats=repeats)
        if response is None or self._prepares_repetition(response, repeats=repeats):
            response = self._send(method, path, content)
        if _is_transient(response.status):
            raise StoreUnavailable(f"the {self._name} service answered {response.status}")
        return self._answer(response)

    def _prepares_repetition(self, response: urllib3.BaseHTTPResponse, *, repeats: bool) -> bool:
        """Whether the service may answer the same request differently now."""
        if response.status in _REFUSED:
            self._secret.forget()
            return True
        pause = _requested_pause(response)
        if pause:
            self._clock.sleep(pause)
        return bool(pause) or (repeats and _is_transient(response.status))

    def _send_first(
        self, method: str, path: str, content: Mapping[str, Any], *, repeats: bool
    ) -> urllib3.BaseHTTPResponse | None:
        """The response; None if there was none and the call `repeats`."""
        try:
            return self._send(method, path, content)
        except StoreUnavailable:
            if repeats:
                return None
            raise

    def _send(self, method: str, path: str, content: Mapping[str, Any]) -> urllib3.BaseHTTPResponse:
        try:
            return self._pool.request(
                method,
                f"{self._url}{path}",
                headers={"Authorization": f"Bearer {self._secret.value()}"},
                timeout=self._timeout,
                retries=False,
                **content,
            )
        except urllib3.exceptions.HTTPError as error:
            raise StoreUnavailable(f"the {self._name} service did not answer") from error
        except ProviderUnavailable as error:
            raise StoreUnavailable(f"the {self._name} service: {error.message}") from error

    def _answer(self, response: urllib3.BaseHTTPResponse) -> Answer:
        try:
            body = json.loads(response.data)
        except ValueError as error:
            raise UnexpectedAnswer(f"{self._name}: {response.status} without JSON") from error
        if not isinstance(body, dict):
            raise UnexpectedAnswer(f"{self._name}: {response.status} without a JSON object")
        return Answer(response.status, body)

    def unexpected(self, answer: Answer) -> UnexpectedAnswer:
        """The error of an answer whose status is not in the contract."""
        return UnexpectedAnswer(f"the {self._name} service answered {answer.status}")


def _is_transient(status: int) -> bool:
    """A refused token is transient too: orders wait until an operator corrects the secret."""
    return status in _REFUSED or status in _TRANSIENT or status >= HTTPStatus.INTERNAL_SERVER_ERROR


def _requested_pause(response: urllib3.BaseHTTPResponse) -> int:
    """The seconds of `Retry-After`; 0 if there is none, or if they are too many to wait here."""
    seconds = response.headers.get("Retry-After", "")
    if not _is_transient(response.status) or not (seconds.isascii() and seconds.isdigit()):
        return 0
    return int(seconds) if int(seconds) <= LONGEST_PAUSE_SECONDS else 0
