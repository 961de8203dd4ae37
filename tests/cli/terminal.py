"""Runs `orders …` in this process against the real API handler on fakes."""

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from threading import Lock
from urllib.parse import unquote

import httpx
import pytest

import cli.commands.auth
import cli.commands.operate.doctor
import cli.sign_in.session
from cli.app import main
from cli.client.api import Api
from cli.terminal.console import UNLIMITED, out
from tests.cli.commands import parser_of
from tests.support.api_caller import ALICE, APPROVER, BOB, OPERATOR, ApiCaller, Claims

PEOPLE: Mapping[str, Claims] = {
    "alice": ALICE,
    "bob": BOB,
    "approver": APPROVER,
    "operator": OPERATOR,
}
FAR_AWAY = 4_000_000_000  # epoch seconds, in 2096
URL = "https://orders.example.com"


def token(who: str) -> str:
    """An access token like Cognito's, but unsigned: only API Gateway verifies the signature."""
    claims = {**PEOPLE[who], "cognito:groups": [_group(who)], "exp": FAR_AWAY}
    body = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    return f"h.{body}.{who}"


def _group(who: str) -> str:
    return str(PEOPLE[who]["cognito:groups"]).strip("[]")


class InProcess(httpx.BaseTransport):
    """Passes requests to the API handler, as API Gateway does.

    `down` refuses connections; `losing` is the number of next responses that get lost.
    """

    def __init__(self, api: ApiCaller) -> None:
        self.api = api
        self.down = False
        self.losing = 0
        self.answers: list[httpx.Response] = []
        self.sent: list[httpx.Request] = []
        self._one_at_a_time = Lock()  # a Lambda process answers one request at a time

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.sent.append(request)
        if self.down:
            raise httpx.ConnectError("connection refused", request=request)
        if self.answers:
            return self.answers.pop(0)
        with self._one_at_a_time:
            answer = self._answer(request)
        if self.losing:
            self.losing -= 1
            raise httpx.ReadTimeout("timed out", request=request)
        return answer

    def _answer(self, request: httpx.Request) -> httpx.Response:
        who = request.headers.get("authorization", "").rpartition(".")[2]
        path, mark, query = request.url.raw_path.decode().partition("?")
        path = unquote(path).replace("?", "%3F")  # an escaped `?` does not start the query
        answer = self.api.call(
            request.method,
            path + mark + unquote(query),
            PEOPLE.get(who),
            text=request.content.decode() or None,
            headers=dict(request.headers),
        )
        plain = {n: v for n, v in answer.headers.items() if n != "content-encoding"}
        return httpx.Response(answer.status, headers=plain, text=answer.text)


@dataclass(frozen=True)
class Ran:
    """The result of a command."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, object]:
        """stdout, which must be exactly one JSON document."""
        content: dict[str, object] = json.loads(self.out)
        return content


class Terminal:
    """Runs commands. Each sleep of a command calls the next function in `meanwhile`."""

    def __init__(
        self,
        api: ApiCaller,
        home: Path,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        self.wire = InProcess(api)
        self.meanwhile: list[Callable[[], object]] = []
        self.config = home / "profiles.json"
        self._patch, self._capsys = monkeypatch, capsys
        for module in (cli.sign_in.session, cli.commands.operate.doctor, cli.commands.auth):
            monkeypatch.setattr(module, "Api", partial(Api, transport=self.wire))
        monkeypatch.setattr("time.sleep", self._sleep)
        monkeypatch.setattr("typer.main.get_command", parser_of)
        monkeypatch.setattr(
            out, "width", UNLIMITED
        )  # independent of the terminal that runs the tests
        monkeypatch.setenv("ORDERS_CONFIG", str(self.config))
        monkeypatch.setenv("ORDERS_API_URL", URL)
        monkeypatch.delenv("ORDERS_PROFILE", raising=False)

    def run(self, *arguments: str, who: str | None = "alice") -> Ran:
        """Run a command as a user; without a token if `who` is None."""
        self._patch.setattr("sys.argv", ["orders", *arguments])
        self._patch.setenv("ORDERS_TOKEN", token(who) if who else "")
        with pytest.raises(SystemExit) as ended:
            main()
        printed = self._capsys.readouterr()
        return Ran(int(ended.value.code or 0), printed.out, printed.err)

    def _sleep(self, seconds: float) -> None:
        self.wire.api.world.clock.advance(seconds)
        if self.meanwhile:
            self.meanwhile.pop(0)()
