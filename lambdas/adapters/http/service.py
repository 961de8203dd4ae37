"""Requests to another service over HTTPS, with the secret of Secrets Manager as bearer token."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import urllib3

from lambdas.adapters.bounded_http import BoundedHttp, NoResponse, Response, ResponseTooLarge
from lambdas.adapters.secrets_manager import CachedSecret
from lambdas.domain.errors import ProviderUnavailable, StoreUnavailable

if TYPE_CHECKING:
    from lambdas.domain.ports import Clock

TIMEOUT = urllib3.Timeout(connect=1, read=2)
"""Seconds. A call is at most two requests with a second between them: with the look-up after a lost
answer it ends within 14 s, before its function's 20 s. A function that is ended earlier, by a body
that comes slowly, is repeated: every effect has a key.
"""
_PAUSES = {"0": 0, "1": 1}
"""The values of `Retry-After` that a request waits for, in seconds."""
LONGEST_TEXT = 1_000
"""Characters of a text in an answer. Those of the contract are shorter, and orders store some."""
LARGEST_NUMBER = 10**15
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
        self._http = BoundedHttp(clock, timeout)

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
        pause = 0 if response is None else self._pause_to_repetition(response, repeats=repeats)
        if response is None or pause is not None:
            self._clock.sleep(pause or 0)
            response = self._send(method, path, content)
        if _is_transient(response.status):
            raise StoreUnavailable(f"the {self._name} service answered {response.status}")
        return self._answer(response)

    def _pause_to_repetition(self, response: Response, *, repeats: bool) -> int | None:
        """The seconds until the service may answer the same request differently. None: it will not,
        or it asks for a pause that is too long to wait here, or for a date.
        """
        if response.status in _REFUSED:
            self._secret.clear()
            return 0
        if not _is_transient(response.status):
            return None
        if "Retry-After" not in response.headers:
            return 0 if repeats else None
        return _PAUSES.get(response.headers["Retry-After"])

    def _send_first(
        self, method: str, path: str, content: Mapping[str, Any], *, repeats: bool
    ) -> Response | None:
        """The response; None if there was none and the call `repeats`."""
        try:
            return self._send(method, path, content)
        except StoreUnavailable:
            if repeats:
                return None
            raise

    def _send(self, method: str, path: str, content: Mapping[str, Any]) -> Response:
        try:
            return self._http.request(
                method, f"{self._url}{path}", headers=self._headers(), **content
            )
        except NoResponse as error:
            raise StoreUnavailable(f"the {self._name} service did not answer") from error
        except ResponseTooLarge as error:
            raise UnexpectedAnswer(f"the {self._name} service {error}") from error

    def _headers(self) -> Mapping[str, str]:
        try:
            token = self._secret.value()
        except ProviderUnavailable as error:
            raise StoreUnavailable(f"the {self._name} service: {error.message}") from error
        if not (token.isascii() and token.isprintable()):
            self._secret.clear()
            raise StoreUnavailable(f"the {self._name} service: its token is not one line of ASCII")
        return {"Authorization": f"Bearer {token}", "Accept": "application/json"}

    def _answer(self, response: Response) -> Answer:
        try:
            body = json.loads(response.body)
        except (ValueError, RecursionError) as error:
            raise UnexpectedAnswer(f"{self._name}: {response.status} without JSON") from error
        if not isinstance(body, dict):
            raise UnexpectedAnswer(f"{self._name}: {response.status} without a JSON object")
        return Answer(response.status, body)

    @contextmanager
    def parsing(self, answer: Answer) -> Iterator[Mapping[str, Any]]:
        """The body of an answer. Raises UnexpectedAnswer if a field is missing or not valid; other
        fields than those of the contract are ignored. The message has no value of a field.
        """
        try:
            yield answer.body
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            field = f"without the field {error}" if isinstance(error, KeyError) else "not valid"
            message = f"the {self._name} service: its answer {answer.status} is {field}"
            raise UnexpectedAnswer(message) from error

    def unexpected_answer(self, answer: Answer) -> UnexpectedAnswer:
        """The error of an answer whose status is not in the contract."""
        return UnexpectedAnswer(f"the {self._name} service answered {answer.status}")


def _is_transient(status: int) -> bool:
    """A refused token is transient too: orders wait until an operator corrects the secret."""
    return status in _REFUSED or status in _TRANSIENT or status >= HTTPStatus.INTERNAL_SERVER_ERROR


def integer(value: object) -> int:
    """A whole number of JSON. Raises TypeError: a fraction would be cut off unnoticed. Raises
    ValueError for one that is too large to be an amount or a count.
    """
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError("not a whole number")
    if abs(value) > LARGEST_NUMBER:
        raise ValueError("too large")
    return value


def text(value: object) -> str:
    """A text of JSON. Raises TypeError, and ValueError for one that is too long."""
    if not isinstance(value, str):
        raise TypeError("not a text")
    if len(value) > LONGEST_TEXT:
        raise ValueError("too long")
    return value
