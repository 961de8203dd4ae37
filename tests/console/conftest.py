"""One browser and one deployment for all tests of the console; each test opens new windows."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

import pytest
from playwright.sync_api import Browser, BrowserContext, sync_playwright

from local.checks.records import ENDS
from local.host.state import State
from local.scenario_runner.backend import Backend
from local.scenario_runner.scenario_run import ScenarioRun
from local.scenario_runner.users import Users
from tests.console.approval_mails import ApprovalMail, ApprovalMails
from tests.console.chromium import ARGUMENTS, find_chromium, why_not
from tests.console.orders import approve, cancel, place
from tests.console.window import WIDE, Window
from tests.system.environments import Environment


class OpenWindow(Protocol):
    """Open a window at the console with a user's token, or without a token in a new browser."""

    def __call__(self, who: str | None = None, *, width: int = WIDE) -> Window: ...


# For the package and not the session: while Playwright runs, no other test of this process could
# run an event loop.
@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Chromium. Without it the tests are skipped with the reason."""
    program = find_chromium()
    if program is None:
        pytest.skip(f"the console was not tested in a browser: {why_not()}")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        yield started
        started.close()


@pytest.fixture(scope="package")
def state(browser: Browser, request: pytest.FixtureRequest) -> State:
    """The deployment, with the seed data. Without a browser it is not used."""
    deployment: Environment = request.getfixturevalue("deployment")
    deployment.json("reset")
    return deployment.state


@pytest.fixture
def run(state: State) -> Iterator[ScenarioRun]:
    """Requests by HTTP, beside the browser. Orders that still wait are cancelled at the end."""
    with _open_run(state) as made:
        yield made
        for order in made.orders:
            if "cancel-order" in made.status(order)["allowed_signals"]:
                cancel(made, order, reason="the test is over")
            made.wait_for_end(order)


@contextmanager
def _open_run(state: State) -> Iterator[ScenarioRun]:
    users = Users(state.api_url, state.tokens)
    try:
        yield ScenarioRun(users, Backend(state))
    finally:
        users.close()


@pytest.fixture(scope="package")
def ended(state: State) -> dict[str, str]:
    """Ended orders by their last stage. No test changes them."""
    with _open_run(state) as run:
        for stage in ENDS:
            declined = "pm_declined" if stage == "failed" else "pm_ok"
            place(run, stage, payment_method=declined)
            (cancel if stage == "cancelled" else approve)(run, stage)  # before an e-mail is due
        for stage in ENDS:
            run.wait_for_stage(stage, stage)
        return {stage: run.id_of(stage) for stage in ENDS}


@pytest.fixture(scope="package")
def approval_mails(state: State, request: pytest.FixtureRequest) -> Iterator[ApprovalMails]:
    """The source of e-mails to the approver: one for each test that needs one."""
    tests = request.session.items
    needed = sum("approval_mails" in getattr(test, "fixturenames", ()) for test in tests)
    with _open_run(state) as run:
        yield ApprovalMails(run, state, needed=needed)


@pytest.fixture
def mail(approval_mails: ApprovalMails) -> Iterator[ApprovalMail]:
    """An e-mail to the approver about a waiting order that no other test uses."""
    found = approval_mails.next_mail()
    yield found
    approval_mails.close(found.order)


@pytest.fixture(scope="package")
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A browser with a warm cache of the page's files. Each window has a separate session."""
    with browser.new_context() as made:
        yield made


@pytest.fixture
def open_window(browser: Browser, context: BrowserContext, state: State) -> Iterator[OpenWindow]:
    """Opens windows, and closes them at the end. Fails on errors and requests to other servers."""
    opened: list[Window] = []

    def open_in_browser(who: str | None = None, *, width: int = WIDE) -> Window:
        page = context.new_page() if who else browser.new_page()
        token = state.tokens[who] if who else None
        opened.append(Window(page, f"{state.api_url}/console", width=width, token=token))
        return opened[-1]

    yield open_in_browser
    for window in opened:
        window.close()
