"""The HTTP client of the campaign: checks, counts and keeps every answer."""

import shlex
import threading
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Self

import httpx

from tests.fuzz.callers import Caller
from tests.fuzz.contract import Route
from tests.fuzz.expected_answers import Answer, authorization_problems, form_problems
from tests.fuzz.tally import Tally

HTTP_SECONDS = 300
LONGEST_SHOWN = 600


class ApiClient:
    """Sends to one API."""

    def __init__(self, api_url: str, tally: Tally | None = None) -> None:
        self.api_url = api_url
        self.tally = tally or Tally()
        self._http = httpx.Client(timeout=HTTP_SECONDS, trust_env=False)
        self._bodies: set[str] = set()
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._http.close()

    def send(
        self,
        route: Route,
        caller: Caller,
        path: str,
        *,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        hidden: bool = False,
        invalid: bool = False,
    ) -> Answer:
        """Make one request of a route; `path` is its own with ids and query filled in."""
        sent = {**(headers or {}), **caller.headers}
        encoded = [(name.encode(), value.encode()) for name, value in sent.items()]
        got = self._http.request(route.method, self.api_url + path, content=body, headers=encoded)
        media_type = got.headers.get("content-type", "").partition(";")[0]
        answer = Answer(got.status_code, media_type, got.content)
        command = request_text(route.method, path, headers or {}, body)
        refused = authorization_problems(route, caller, answer, hidden=hidden, invalid=invalid)
        self.note(route, caller, answer, command, [*form_problems(route, answer), *refused])
        return answer

    def note(
        self, route: Route, caller: Caller, answer: Answer, command: str, wrong: Sequence[str]
    ) -> None:
        """Count an answer and record its problems."""
        with self._lock:
            self._bodies.add(answer.text)
            self.tally.note(route.label, caller.name, answer.status, wrong, command[:LONGEST_SHOWN])

    def bodies(self) -> list[str]:
        """Every different body that was answered."""
        with self._lock:
            return sorted(self._bodies)


def request_text(method: str, path: str, headers: Mapping[str, str], body: bytes | None) -> str:
    """A request as a curl command, with a shell variable in place of the token."""
    parts = ["curl", "-X", method, f"$API_URL{path}", "-H", "Authorization: Bearer $TOKEN"]
    for name, value in headers.items():
        parts += ["-H", f"{name}: {value}"]
    if body is not None:
        parts += ["--data-binary", body.decode("utf-8", errors="backslashreplace")]
    return shlex.join(parts)
