"""One browser and one deployment for all tests of the console; each test has windows of its own."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

import pytest
from playwright.sync_api import Browser, BrowserContext, sync_playwright

from local.checks.books import ENDS
from local.machine.state import State
from local.player.backstage import Backstage
from local.player.scene import Scene
from local.player.user import Users
from tests.console.chromium import ARGUMENTS, find_chromium, why_not
from tests.console.letters import ADDRESS, Letter, PostOffice
from tests.console.orders import approve, cancel, place
from tests.console.visitor import WIDE, Visitor
from tests.system.environments import Environment, deployed

UP = ("up", "--approval-timeout", "900", "--heartbeat", "300", "--approver-email", ADDRESS)
"""The default times, so that no wait ends by itself while a person (or a slow machine) looks; after
15 seconds that nobody looks, the approver is asked by mail.
"""


class Visit(Protocol):
    """Open a window at the console as the owner of a token, or as nobody in a browser of theirs."""

    def __call__(self, who: str | None = None, *, width: int = WIDE) -> Visitor: ...


# For the package and not the session: while Playwright runs, no other test of this process could
# run an event loop.
@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Chromium; where there is none, its tests are reported as not run, with the reason."""
    program = find_chromium()
    if program is None:
        pytest.skip(f"the console was not tried in a browser: {why_not()}")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        yield started
        started.close()


@pytest.fixture(scope="package")
def deployment(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Environment]:
    """A deployment where people have time; none is made without a browser."""
    with deployed(tmp_path_factory.mktemp("console"), UP) as made:
        yield made


@pytest.fixture(scope="package")
def state(deployment: Environment) -> State:
    return deployment.state


@pytest.fixture
def scene(state: State) -> Iterator[Scene]:
    """What is done by HTTP beside the browser; orders that still wait are cancelled at the end."""
    with _played(state) as made:
        yield made
        for order in made.orders:
            if "cancel-order" in made.status(order)["allowed_signals"]:
                cancel(made, order, reason="the test is over")
            made.wait_for_end(order)


@contextmanager
def _played(state: State) -> Iterator[Scene]:
    users = Users(state.api_url, state.tokens)
    try:
        yield Scene(users, Backstage(state))
    finally:
        users.close()


@pytest.fixture(scope="package")
def ended(state: State) -> dict[str, str]:
    """Orders that ended in every way, by their last stage; nothing is ever changed in them."""
    with _played(state) as scene:
        for stage in ENDS:
            declined = "pm_declined" if stage == "failed" else "pm_ok"
            place(scene, stage, payment_method=declined)
            (cancel if stage == "cancelled" else approve)(scene, stage)  # before a mail is due
        for stage in ENDS:
            scene.wait_for_stage(stage, stage)
        return {stage: scene.id_of(stage) for stage in ENDS}


@pytest.fixture(scope="module")
def post_office(state: State) -> Iterator[PostOffice]:
    """Where mails to the approver come from. No letter outlives the file of tests: its order would
    wait at the desk of the next one.
    """
    with _played(state) as scene:
        made = PostOffice(scene, state)
        yield made
        made.close()


@pytest.fixture
def letter(post_office: PostOffice) -> Letter:
    """A mail to the approver about an order that waits, of this test alone."""
    return post_office.letter()


@pytest.fixture(scope="package")
def office(browser: Browser) -> Iterator[BrowserContext]:
    """A browser that knows the page's files from before. Each of its windows is signed in for
    itself.
    """
    with browser.new_context() as made:
        yield made


@pytest.fixture
def visit(browser: Browser, office: BrowserContext, state: State) -> Iterator[Visit]:
    """Windows that are closed at the end, each without an error or a request to somebody else."""
    opened: list[Visitor] = []

    def open_window(who: str | None = None, *, width: int = WIDE) -> Visitor:
        page = office.new_page() if who else browser.new_page()
        token = state.tokens[who] if who else None
        opened.append(Visitor(page, f"{state.api_url}/console", width=width, token=token))
        return opened[-1]

    yield open_window
    for visitor in opened:
        visitor.close()
