"""Make the pictures of the documents: `make pictures` writes docs/pictures/.

Each picture shows the program itself: the script starts a separate environment, places an order,
takes a screenshot in a browser, draws what the commands print, and stops the environment. Requires
a browser, like the tests of the console.
"""

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from io import StringIO
from pathlib import Path

from playwright.sync_api import Page, sync_playwright
from rich._export_format import CONSOLE_SVG_FORMAT
from rich.console import Console
from rich.text import Text

from cli.terminal.streams import run_program
from local.host.folders import HOME_VARIABLE, REPOSITORY, Folders
from local.host.progress import phase
from local.host.state import State, profiles_beside
from local.lifecycle.down import down
from local.lifecycle.options import UpOptions
from local.lifecycle.up import up
from local.scenario_runner.backend import Backend
from local.scenario_runner.scenario import Step
from local.scenario_runner.scenario_run import ScenarioRun
from local.scenario_runner.steps import run_step
from local.scenario_runner.users import Users
from tests.console.chromium import ARGUMENTS, find_chromium, why_not

PICTURES = REPOSITORY / "docs" / "pictures"
MAX_BYTES = {".png": 150_000, ".svg": 200_000}
WIDTH, HEIGHT = 1280, 690
COLUMNS = 80
ITEMS = {"COFFEE-1KG": 2, "GRINDER-HAND": 1}
_FONT_FACES = re.compile(r"@font-face \{\{.*?\}\}\s*", re.DOTALL)
# Rich's format with the reader's fonts: a picture must load nothing from other servers.
SVG = _FONT_FACES.sub("", CONSOLE_SVG_FORMAT).replace("Fira Code", "ui-monospace, Consolas")


def main() -> None:
    """Make every picture again."""
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, _environment(Folders(Path(folder))) as state:
        order_id = _waiting_order(state)
        with phase("taking the picture of the console"):
            photograph(state, order_id, PICTURES / "console-order.png")
        with phase("drawing what `orders watch` prints"):
            operator = _as_operator(Folders(Path(folder)))
            printed = _run(["cli", "watch", order_id, "--once"], operator)
            draw(printed, f"orders watch {order_id}", PICTURES / "orders-watch.svg")
    with phase("drawing how the demo ends"), tempfile.TemporaryDirectory() as folder:
        printed = _run(["local", "demo"], {HOME_VARIABLE: folder})
        draw(printed.split("\n\n")[0], "make demo", PICTURES / "demo.svg")


@contextmanager
def _environment(folders: Folders) -> Iterator[State]:
    state, _ = up(folders, UpOptions())
    try:
        yield state
    finally:
        down(folders)


def _waiting_order(state: State) -> str:
    """Place an order and wait until it waits for approval. Returns its id."""
    users = Users(state.api_url, state.tokens)
    run = ScenarioRun(users, Backend(state))
    run_step(run, Step("place", {"items": ITEMS}))
    run_step(run, Step("wait-for-token", {}))
    users.close()
    return run.id_of("order")


def photograph(state: State, order_id: str, file: Path) -> None:
    """Take a screenshot of the order page of the console, as an approver sees it."""
    program = find_chromium()
    if program is None:
        raise SystemExit(f"the pictures need a browser: {why_not()}")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT}, color_scheme="light")
        _open(page, f"{state.api_url}/console", state.tokens["approver"], order_id)
        page.screenshot(path=file)
        browser.close()
    _require_small(file)


def _open(page: Page, console: str, token: str, order_id: str) -> None:
    page.goto(f"{console}/icon.svg")  # the same origin, without the application
    page.evaluate("token => sessionStorage.setItem('token', token)", token)
    page.goto(f"{console}#/orders/{order_id}")
    page.get_by_role("button", name="Approve payment").wait_for()
    page.locator(".diagram").wait_for()


def draw(printed: str, title: str, file: Path) -> None:
    """Draw the output of a command, with its colours, as a picture of a terminal."""
    recorder = Console(record=True, width=COLUMNS, file=StringIO())
    recorder.print(Text.from_ansi(printed.rstrip()))
    recorder.save_svg(str(file), title=title, code_format=SVG)
    _require_small(file)


def _run(arguments: Sequence[str], variables: Mapping[str, str]) -> str:
    """Run `python -m …`. Returns its output, coloured as in a terminal."""
    environment = {**os.environ, "FORCE_COLOR": "1", "COLUMNS": str(COLUMNS), **variables}
    command = [sys.executable, "-m", *arguments]
    result = subprocess.run(
        command, cwd=REPOSITORY, env=environment, capture_output=True, text=True, check=False
    )
    if result.returncode:
        raise SystemExit(f"`{' '.join(arguments)}` failed:\n{result.stdout}{result.stderr}")
    return result.stdout


def _as_operator(folders: Folders) -> Mapping[str, str]:
    profiles = profiles_beside(folders.state_file)
    return {"ORDERS_CONFIG": str(profiles), "ORDERS_PROFILE": "operator"}


def _require_small(file: Path) -> None:
    size = file.stat().st_size
    if size > MAX_BYTES[file.suffix]:
        raise SystemExit(f"{file.name} has {size} bytes, {MAX_BYTES[file.suffix]} are allowed")


if __name__ == "__main__":
    run_program(main)
