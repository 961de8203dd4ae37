"""Where requests go out: each is answered, judged, counted, and kept for the search of secrets."""

import shlex
import threading
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Self

import httpx

from tests.fuzz.callers import Caller
from tests.fuzz.contract import Route
from tests.fuzz.judging import Answer, wrong_door, wrong_form
from tests.fuzz.tally import Tally

HTTP_SECONDS = 40
LONGEST_SHOWN = 600


class Desk:
    """Sends to one API."""

    def __init__(self, api_url: str, tally: Tally | None = None) -> None:
        self.api_url = api_url
        self.tally = tally or Tally()
        self._http = httpx.Client(timeout=HTTP_SECONDS, trust_env=False)
        self._heard: set[str] = set()
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
    ) -> Answer:
        """Make one request of a route; `path` is its own with ids and query filled in."""
        sent = {**(headers or {}), **caller.headers}
        encoded = [(name.encode(), value.encode()) for name, value in sent.items()]
        got = self._http.request(route.method, self.api_url + path, content=body, headers=encoded)
        media_type = got.headers.get("content-type", "").partition(";")[0]
        answer = Answer(got.status_code, media_type, got.content)
        told = request_text(route.method, path, headers or {}, body)
        door = wrong_door(route, caller, answer, hidden=hidden)
        self.note(route, caller, answer, told, [*wrong_form(route, answer), *door])
        return answer

    def note(
        self, route: Route, caller: Caller, answer: Answer, told: str, wrong: Sequence[str]
    ) -> None:
        """Count an answer, and keep it with what is wrong with it."""
        with self._lock:
            self._heard.add(answer.text)
            self.tally.note(route.label, caller.name, answer.status, wrong, told[:LONGEST_SHOWN])

    def heard(self) -> list[str]:
        """Every different answer to anybody."""
        with self._lock:
            return sorted(self._heard)


def request_text(method: str, path: str, headers: Mapping[str, str], body: bytes | None) -> str:
    """A request as a curl command; the token is the shell's, not the report's."""
    parts = ["curl", "-X", method, f"$API_URL{path}", "-H", "Authorization: Bearer $TOKEN"]
    for name, value in headers.items():
        parts += ["-H", f"{name}: {value}"]
    if body is not None:
        parts += ["--data-binary", body.decode("utf-8", errors="backslashreplace")]
    return shlex.join(parts)
