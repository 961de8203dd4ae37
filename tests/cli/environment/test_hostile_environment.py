"""Every command with invalid environments, files and streams: a sentence and a documented exit
code, never a traceback.
"""

import json
import os
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from io import BytesIO, TextIOWrapper
from pathlib import Path
from typing import TextIO

import httpx
import pytest

import cli.sign_in.session
from cli.client.api import Api
from cli.sign_in.profiles import Profile
from cli.terminal.console import drop_invalid_sizes, err, out
from cli.terminal.streams import PIPE_CLOSED
from lambdas.domain.record.stages import Stage
from tests.cli.commands import api_commands, command_line
from tests.cli.terminal import Terminal
from tests.support.world import World

DOCUMENTED = {0, 1, 2, 3, 4, 5, PIPE_CLOSED}
"""Without 70, a defect of the command: no test expects one."""

Condition = Callable[[pytest.MonkeyPatch, Path], None]


def variables(**values: str | None) -> Condition:
    """Environment variables; None removes one. `{home}` is a folder of the test."""

    def apply(patch: pytest.MonkeyPatch, home: Path) -> None:
        for name, value in values.items():
            if value is None:
                patch.delenv(name, raising=False)
            else:
                patch.setenv(name, value.replace("{home}", str(home)))
        drop_invalid_sizes(os.environ)

    return apply


def config(content: bytes) -> Condition:
    """The content of the profiles file."""

    def apply(patch: pytest.MonkeyPatch, home: Path) -> None:
        file = home / "odd-profiles.json"
        file.write_bytes(content)
        patch.setenv("ORDERS_CONFIG", str(file))

    return apply


def stream(name: str, make: Callable[[], TextIO | None]) -> Condition:
    """A standard stream that fails."""

    def apply(patch: pytest.MonkeyPatch, home: Path) -> None:
        patch.setattr(sys, name, make())

    return apply


OPENED: list[TextIO] = []


@pytest.fixture(autouse=True)
def _close() -> Iterator[None]:
    yield
    while OPENED:
        with suppress(OSError):  # flushes output that could not be written
            OPENED.pop().close()


def full_disk() -> TextIO:
    OPENED.append(os.fdopen(os.open("/dev/full", os.O_WRONLY), "w", encoding="utf-8"))
    return OPENED[-1]


def pipe_without_reader() -> TextIO:
    reader, writer = os.pipe()
    os.close(reader)
    OPENED.append(os.fdopen(writer, "w", encoding="utf-8"))
    return OPENED[-1]


def dangling_link(patch: pytest.MonkeyPatch, home: Path) -> None:
    (home / "link").symlink_to(home / "nowhere" / "profiles.json")
    patch.setenv("ORDERS_CONFIG", str(home / "link"))


def endless_link(patch: pytest.MonkeyPatch, home: Path) -> None:
    (home / "loop").symlink_to(home / "loop")
    patch.setenv("ORDERS_CONFIG", str(home / "loop"))


CONNECTIONS: Mapping[str, Condition] = {
    "a socks proxy": variables(ALL_PROXY="socks5://127.0.0.1:1"),
    "a proxy of an unknown kind": variables(HTTPS_PROXY="ftp://x", HTTP_PROXY="ftp://x"),
    "a proxy that is no address": variables(https_proxy="http://[", http_proxy="http://["),
    "an odd list of exceptions": variables(NO_PROXY="[,::,*:*", HTTPS_PROXY="http://127.0.0.1:1"),
    "no certificate file": variables(SSL_CERT_FILE="/nonexistent"),
    "a folder as certificate file": variables(SSL_CERT_FILE="{home}"),
    "an empty certificate file": variables(SSL_CERT_FILE="/dev/null"),
    "no certificate folder": variables(SSL_CERT_DIR="/nonexistent"),
}
ENVIRONMENTS: Mapping[str, Condition] = {
    "nothing set": variables(ORDERS_API_URL=None, ORDERS_CONFIG=None, HOME="{home}"),
    "no API": variables(ORDERS_API_URL="http://orders.example.com:99999"),
    "an address that is too long": variables(ORDERS_API_URL=f"http://{'x' * 300}.example.com"),
    "an address of odd characters": variables(ORDERS_API_URL="http://[::1/\x1b"),
    "a folder as config": variables(ORDERS_CONFIG="{home}"),
    "a config below a file": variables(ORDERS_CONFIG="/dev/null/profiles.json"),
    "a config that cannot be made": variables(ORDERS_CONFIG="/proc/none/profiles.json"),
    "a name that is too long": variables(ORDERS_CONFIG="{home}/" + "x" * 300),
    "a dangling link as config": dangling_link,
    "an endless link as config": endless_link,
    "a profile that does not exist": variables(ORDERS_PROFILE="none", ORDERS_API_URL=None),
    "a config that is no list of profiles": config(b"[]"),  # test_profiles.py has other contents
    "a token with odd claims": config(
        b'{"default": {"api_url": "http://x", "token": "a.eyJleHAiOiAieCJ9.b"}}'
    ),
    "one column": variables(COLUMNS="1"),
    "no columns": variables(COLUMNS="0", LINES="-1"),
    "columns that are no number": variables(COLUMNS="²", LINES="x"),
    "no colour": variables(NO_COLOR="1", TERM="dumb"),
    "forced colour": variables(FORCE_COLOR="1", TERM="xterm-256color"),
    "no time zone": variables(TZ="Nowhere/Land"),
    "a browser that cannot be parsed": variables(BROWSER="'%s"),
    "stdin closed": stream("stdin", lambda: None),
    "stdout closed": stream("stdout", lambda: None),
    "stderr closed": stream("stderr", lambda: None),
    "stdout full": stream("stdout", full_disk),
    "stderr full": stream("stderr", full_disk),
    "stdout without a reader": stream("stdout", pipe_without_reader),
    "stderr without a reader": stream("stderr", pipe_without_reader),
    "stdout in ASCII": stream("stdout", lambda: TextIOWrapper(BytesIO(), "ascii")),
    "stdout in UTF-16": stream("stdout", lambda: TextIOWrapper(BytesIO(), "utf-16")),
    "stderr in ASCII": stream("stderr", lambda: TextIOWrapper(BytesIO(), "ascii")),
}
NOT_THE_API: Mapping[str, Callable[[], httpx.Response]] = {
    "a page": lambda: httpx.Response(200, html="<html>Sign in to the hotel's network"),
    "a missing page": lambda: httpx.Response(404, html="<html>Not Found"),
    "another API": lambda: httpx.Response(404, json={"message": "Not Found"}),
    "another API's object": lambda: httpx.Response(200, json={"message": "welcome"}),
    "a redirect": lambda: httpx.Response(302, headers={"location": "http://login.example.com"}),
    "a list": lambda: httpx.Response(200, json=[]),
    "null": lambda: httpx.Response(200, json=None),
    "an empty answer": lambda: httpx.Response(200),
    "an answer of the wrong type": lambda: httpx.Response(200, text='{"orders": 5}'),
    "JSON that nests deeply": lambda: httpx.Response(200, content=b'{"a":' * 100_000),
    "incomplete JSON": lambda: _typed(b'{"orders": ['),
    "bytes": lambda: _typed(b"\xff\xfe\x00"),
    "an answer without end": lambda: httpx.Response(200, content=_endless()),
    "broken compression": lambda: httpx.Response(
        200, content=iter([b"no gzip"]), headers={"content-encoding": "gzip"}
    ),
    "a sign-in to the network": lambda: httpx.Response(511, html="<html>"),
    "a bad gateway": lambda: httpx.Response(502, html="<html>"),
}


def _typed(content: bytes) -> httpx.Response:
    return httpx.Response(200, content=content, headers={"content-type": "application/json"})


def _endless() -> Iterator[bytes]:
    while True:
        yield b" " * 1_000_000


@pytest.fixture
def order(terminal: Terminal, world: World, monkeypatch: pytest.MonkeyPatch) -> str:
    """An ended order: no command waits for it."""
    monkeypatch.setattr(
        "cli.commands.auth.sign_in_by_browser",
        lambda url, *_, **__: Profile(url, "a.b.c", ""),
    )
    monkeypatch.setenv("ORDERS_API_URL", "http://orders.example.com")
    return world.place(Stage.COMPLETED).order_id


def try_all(terminal: Terminal, order: str, home: Path, *, as_json: bool = False) -> dict[str, int]:
    """The exit code of every command, after checking its output."""
    codes = {}
    for name in api_commands():
        line = command_line(name, order=order, folder=home / "export")
        ran = terminal.run(*line, *(("-o", "json") if as_json else ()), who="operator")
        codes[name] = ran.code
        assert ran.code in DOCUMENTED, f"{name}: {ran}"
        assert "Traceback" not in ran.err, f"{name}: {ran}"
        assert "unexpected error" not in ran.err, f"{name}: {ran}"
    return codes


@pytest.mark.parametrize("number", range(len(ENVIRONMENTS)), ids=list(ENVIRONMENTS))
def test_every_command_handles_every_environment(
    terminal: Terminal, order: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    """Every second environment uses JSON: its printing does not depend on the command."""
    with monkeypatch.context() as patch:
        list(ENVIRONMENTS.values())[number](patch, tmp_path)
        try_all(terminal, order, tmp_path, as_json=number % 2 == 1)


@pytest.mark.parametrize("name", CONNECTIONS)
def test_every_command_handles_every_proxy_and_certificate(
    terminal: Terminal, order: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """Uses the HTTP client of production; only the socket is replaced."""
    send = terminal.wire.handle_request
    monkeypatch.setattr(httpx.HTTPTransport, "handle_request", lambda _, request: send(request))
    for module in (cli.sign_in.session, cli.commands.operate.doctor, cli.commands.auth):
        monkeypatch.setattr(module, "Api", Api)
    monkeypatch.setenv("ORDERS_API_URL", "https://orders.example.com")
    CONNECTIONS[name](monkeypatch, tmp_path)

    codes = try_all(terminal, order, tmp_path)

    if name not in ("an odd list of exceptions", "a proxy that is no address"):
        assert codes["list"] == 2


@pytest.mark.parametrize("number", range(len(NOT_THE_API)), ids=list(NOT_THE_API))
def test_every_command_recognises_responses_of_another_server(
    terminal: Terminal, order: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    """Every second response is one to a command with JSON output."""
    name = list(NOT_THE_API)[number]
    monkeypatch.setattr(terminal.wire, "_answer", lambda _: NOT_THE_API[name]())

    codes = try_all(terminal, order, tmp_path, as_json=number % 2 == 1)

    # Some call no API, and `load` continues after a 5xx error.
    local = {"profiles", "logout", *(["load"] if "5" in str(NOT_THE_API[name]()) else [])}
    assert {n: code for n, code in codes.items() if n.split()[0] not in local} == dict.fromkeys(
        (n for n in codes if n.split()[0] not in local), 4
    )


@pytest.mark.parametrize("name", [*CONNECTIONS, *ENVIRONMENTS])
def test_a_problem_is_a_json_object_in_every_environment(
    terminal: Terminal, order: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(cli.sign_in.session, "Api", Api)
    with monkeypatch.context() as patch:
        {**CONNECTIONS, **ENVIRONMENTS}[name](patch, tmp_path)
        terminal.wire.down = True
        ran = terminal.run("list", "-o", "json", who="operator")

    if ran.err:
        problem = json.loads(ran.err.splitlines()[-1])["error"]
        assert problem["exit_code"] == ran.code
        assert problem["message"]
        assert problem["advice"]


def test_no_command_accepts_an_empty_value(terminal: Terminal, order: str, tmp_path: Path) -> None:
    tried = 0
    for name, command in api_commands().items():
        line = command_line(name, order=order, folder=tmp_path)
        for parameter in command.params:
            if not getattr(parameter, "is_flag", False) and parameter.param_type_name == "option":
                ran = terminal.run(*line, parameter.opts[0], " ", who="operator")
                assert (ran.code, ran.out) == (2, ""), f"{name} {parameter.opts[0]} ' '"
                tried += 1
        for place, typed in enumerate(line):
            if place >= len(name.split()) and not typed.startswith("-"):
                ran = terminal.run(*line[:place], "", *line[place + 1 :], who="operator")
                assert (ran.code, ran.out) == (2, ""), f"{name}: {typed} is empty"
                tried += 1
    assert tried > len(api_commands())
    assert terminal.wire.sent == []


def test_the_width_and_colours_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    widths = []
    for columns in ("1", "100", "0", "²", ""):
        monkeypatch.setenv("COLUMNS", columns)
        drop_invalid_sizes(os.environ)
        widths.append(type(out)().width)

    assert widths == [1, 100, 10_000, 10_000, 10_000]


def test_the_exit_codes_are_documented(terminal: Terminal) -> None:
    help_text = terminal.run("--help", who=None).out

    assert {str(code) for code in DOCUMENTED} <= set(re.findall("[0-9]+", help_text))
    assert err.stderr
