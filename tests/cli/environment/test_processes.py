"""`orders` in a separate process, against the API on a loopback port."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest

from cli.terminal.streams import PIPE_CLOSED
from lambdas.domain.record.stages import Stage
from tests.cli.terminal import InProcess, Terminal, token
from tests.support.world import World

ORDERS = str(Path(sys.executable).with_name("orders"))
NOTHING_LISTENS = "http://127.0.0.1:9"
CLOSED_PIPE = "exec 3> >(:); wait $!"
"""Opens descriptor 3, a pipe whose reader has ended."""


@pytest.fixture
def address(terminal: Terminal) -> Iterator[str]:
    """Address of an HTTP server that runs the API on the terminal's fakes."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _bridge(terminal.wire))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def _bridge(wire: InProcess) -> type[BaseHTTPRequestHandler]:
    class Bridge(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer()

        def do_POST(self) -> None:
            self._answer()

        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            url = f"http://orders.example.com{self.path}"
            request = httpx.Request(self.command, url, headers=dict(self.headers), content=body)
            answer = wire.handle_request(request)
            self.send_response(answer.status_code)
            self.send_header("Content-Type", answer.headers["content-type"])
            self.send_header("Content-Length", str(len(answer.content)))
            self.end_headers()
            self.wfile.write(answer.content)

        def log_message(self, *_: object) -> None:
            """Log nothing."""

    return Bridge


def run(
    address: str, shell: str, home: Path, **variables: str
) -> "subprocess.CompletedProcess[str]":
    """Run a shell command line; `orders` has the operator's token."""
    environment = {
        "PATH": f"{Path(ORDERS).parent}:{os.environ['PATH']}",
        "HOME": str(home),
        "ORDERS_API_URL": address,
        "ORDERS_TOKEN": token("operator"),
        **variables,
    }
    return subprocess.run(
        ["/bin/bash", "-c", shell],
        env=environment,
        cwd=home,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )


@pytest.mark.parametrize(
    ("line", "code", "said"),
    [
        ("orders list > /dev/full", 2, "No space left on device"),
        ("orders list -o json > /dev/full", 2, "No space left on device"),
        ("orders list >&-", 2, "standard output is closed"),
        ("orders list > /dev/full 2>&1", 2, ""),
        ("orders list 2>&-", 0, ""),
        (f"{CLOSED_PIPE}; orders list >&3", PIPE_CLOSED, ""),
        (f"{CLOSED_PIPE}; orders list -o json >&3", PIPE_CLOSED, ""),
        (f"{CLOSED_PIPE}; orders list --help >&3", PIPE_CLOSED, ""),
    ],
)
def test_a_stream_that_fails_is_one_line_and_an_exit_code(
    address: str, world: World, tmp_path: Path, line: str, code: int, said: str
) -> None:
    world.place()

    ran = run(address, line, tmp_path)

    assert (ran.returncode, said in ran.stderr) == (code, True)
    assert "Traceback" not in ran.stderr
    assert "Exception ignored" not in ran.stderr
    assert len(ran.stderr.splitlines()) <= 2  # the problem and its advice


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("COMP_WORDS='orders status ' COMP_CWORD=2 _ORDERS_COMPLETE=complete_bash orders", "ID"),
        ("orders --show-completion bash", "complete -o default -F _orders_completion orders"),
        ("orders --install-completion bash", "bash completion installed"),
    ],
)
def test_a_completion_and_its_installation_end_with_0(
    address: str, world: World, tmp_path: Path, line: str, said: str
) -> None:
    order = world.place()

    ran = run(address, line, tmp_path, _TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION="1")

    assert said.replace("ID", order.order_id) in ran.stdout
    assert (ran.returncode, ran.stderr) == (0, "")


@pytest.mark.parametrize("command", ["watch ID", "wait ID", "history ID -f"])
def test_a_waiting_command_ends_when_its_output_loses_the_reader(
    address: str, world: World, tmp_path: Path, command: str
) -> None:
    order = world.place()
    line = command.replace("ID", order.order_id)

    ran = run(address, f"orders {line} | sleep 0.1; exit ${{PIPESTATUS[0]}}", tmp_path)

    assert (ran.returncode, ran.stderr) == (PIPE_CLOSED, "")


@pytest.mark.parametrize("name", ["HTTP_PROXY", "all_proxy"])
def test_the_loopback_address_is_reached_without_a_proxy(
    address: str, world: World, tmp_path: Path, name: str
) -> None:
    world.place()

    ran = run(address, "orders list -o json", tmp_path, **{name: NOTHING_LISTENS})

    assert ran.returncode == 0, ran.stderr
    assert len(json.loads(ran.stdout)["orders"]) == 1


def test_a_proxy_that_does_not_answer_is_named(tmp_path: Path) -> None:
    ran = run("http://orders.example.com", "orders list", tmp_path, HTTP_PROXY=NOTHING_LISTENS)

    assert ran.returncode == 4
    assert "the proxy (HTTP_PROXY)" in ran.stderr


@pytest.mark.parametrize(
    "variables",
    [
        {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
        {"PYTHONIOENCODING": "latin-1", "COLUMNS": "1", "TERM": "dumb", "NO_COLOR": "1"},
        {"COLUMNS": "²", "LINES": "x", "TERMINAL_WIDTH": "wide", "LC_ALL": "POSIX"},
        {"HOME": "/nonexistent", "XDG_CONFIG_HOME": "/proc/none", "SSL_CERT_FILE": "/nonexistent"},
    ],
    ids=" ".join,
)
def test_a_process_handles_its_environment(
    address: str, world: World, tmp_path: Path, variables: dict[str, str]
) -> None:
    order = world.place(Stage.FAILED, last_error="über 10 €")

    ran = run(address, f"orders describe {order.order_id}; orders --help", tmp_path, **variables)

    assert (ran.returncode, ran.stderr) == (0, "")


def test_a_deleted_working_folder_is_a_problem(address: str, world: World, tmp_path: Path) -> None:
    world.place(Stage.COMPLETED)

    ran = run(address, "mkdir gone; cd gone; rmdir ../gone; orders export here", tmp_path)

    assert ran.returncode == 2
    assert ran.stderr.startswith("✗ ")
    assert "Traceback" not in ran.stderr
