"""A browser window at the console, with checks for errors that no page may cause."""

import re
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import ConsoleMessage, Locator, Page, Request, expect

from tests.support.definition import ROOT

PATIENCE_MS = 120_000
"""Long enough for a loaded machine; no test waits for a fixed time."""

MOST_TABS = 60
WIDE, NARROW = 1280, 375
_AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
_TAKEN = re.compile(r"\btaken\b")
expect.set_options(timeout=PATIENCE_MS)


class Window:
    """A browser window. `page_errors` collects errors that the browser reports, and requests to
    other servers.

    The browser also reports a refused request as an error. A test that provokes one adds its
    status to `refusals`.
    """

    def __init__(self, page: Page, console_url: str, *, width: int, token: str | None) -> None:
        self.page = page
        self.url = console_url
        self.api = console_url.removesuffix("/console")
        self.refusals: set[int] = set()
        self.page_errors: list[str] = []
        self.requests: list[str] = []
        self.page.set_viewport_size({"width": width, "height": 800})
        self.page.set_default_timeout(PATIENCE_MS)
        if token is not None:
            self.page.goto(f"{console_url}/icon.svg")  # the same origin, without the application
            self.page.evaluate("token => sessionStorage.setItem('token', token)", token)
        self._listen(self.page)

    def open(self, view: str = "") -> Page:
        """Show a view: `orders`, `orders/<id>`, `desk`, `insights`."""
        self.page.goto(f"{self.url}#/{view}" if view else self.url)
        return self.page

    def sign_in(self, user: str) -> None:
        """Sign in on the user pool's page."""
        self.open()
        self.page.get_by_role("button", name="Sign in").click()
        self.page.get_by_role("button", name=user).click()
        expect(self.page.get_by_text(f"{user} (")).to_be_visible()

    def open_order_form(self) -> None:
        """Open the form of a new order, and enter how it is paid. The form opens itself for a
        customer without orders.
        """
        expect(self.page.locator("[data-loading]")).to_have_count(0)
        if self.page.locator("details.placing").get_attribute("open") is None:
            self.page.get_by_text("Place an order").click()
        self.page.get_by_label("Pay with").fill("pm_ok")

    @property
    def main(self) -> Locator:
        """The content of the view."""
        return self.page.get_by_role("main")

    @property
    def stage(self) -> Locator:
        """The stage of the order that the page shows."""
        return self.page.locator(".standing .stage")

    @property
    def sheet(self) -> Locator:
        """The order to decide at the desk."""
        return self.page.get_by_role("region", name="Order to decide")

    @property
    def notice(self) -> Locator:
        """The notice of a success."""
        return self.page.locator("#notice")

    @property
    def alert(self) -> Locator:
        """The notice of an error."""
        return self.page.locator("#alert")

    def state(self, name: str) -> Locator:
        """The box of a state in the diagram."""
        return self.page.locator(f'.diagram .state[data-state="{name}"]')

    def expect_progress(self, **wanted: str) -> None:
        """Expect the mark of each named state, for example `✓ succeeded`."""
        for name, mark in wanted.items():
            expect(self.state(name)).to_contain_text(mark)

    def expect_taken(self, *ways: str) -> None:
        """Expect that each transition (`From To`) is drawn as taken."""
        for way in ways:
            expect(self.page.locator(f'.transition[data-transition="{way}"]')).to_have_class(_TAKEN)

    def expect_not_taken(self, *ways: str) -> None:
        """Expect a diagram in which none of these transitions is drawn as taken."""
        expect(self.page.locator(".transition").first).to_be_attached()
        for way in ways:
            expect(self.page.locator(f'.transition.taken[data-transition="{way}"]')).to_have_count(
                0
            )

    def asked_of(self, path: str) -> list[str]:
        """The requests so far whose address ends with `path`."""
        return [request for request in self.requests if request.endswith(path)]

    def look_again(self) -> None:
        """Trigger the update that the page does when it becomes visible, and every few seconds."""
        self.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")

    def press_tab_until(self, focused: str) -> None:
        """Press Tab until the element with this text has the focus."""
        for _ in range(MOST_TABS):
            self.page.keyboard.press("Tab")
            if self.page.evaluate("document.activeElement.textContent") == focused:
                return
        raise AssertionError(f"no Tab leads to {focused}")

    def overflow(self) -> int:
        """Pixels by which the page is wider than the window."""
        return int(self.page.evaluate("document.documentElement.scrollWidth - window.innerWidth"))

    def violations(self) -> list[str]:
        """The accessibility violations that axe-core finds on the page, between requests: the
        buttons of a form are faded while it is sent.
        """
        expect(self.page.locator('[aria-busy="true"]')).to_have_count(0)
        # Evaluated through the debugger, because the page's policy allows no other script.
        self.page.evaluate(_AXE.read_text(encoding="utf-8"))
        found: list[dict[str, Any]] = self.page.evaluate("axe.run().then(one => one.violations)")
        return [f"{one['id']}: {[node['target'] for node in one['nodes']]}" for one in found]

    def close(self) -> None:
        """Close the window. Fails if `page_errors` is not empty."""
        self.page.close()
        assert self.page_errors == [], self.page_errors

    def _listen(self, page: Page) -> None:
        page.on("console", self._record_message)
        page.on("pageerror", lambda error: self.page_errors.append(str(error)))
        page.on("request", self._record_request)

    def _record_message(self, message: ConsoleMessage) -> None:
        expected = any(f"status of {status} " in message.text for status in self.refusals)
        where = message.location["url"]
        ours = not where or where.startswith(self.api)  # the sign-in page is the emulator's
        # An order may end while its page is open: the next heartbeat is refused.
        too_late = where.endswith("/heartbeat") and "status of 409 " in message.text
        if message.type in ("error", "warning") and ours and not (expected or too_late):
            self.page_errors.append(f"{message.text} ({where})")

    def _record_request(self, request: Request) -> None:
        self.requests.append(f"{request.method} {request.url}")
        if urlsplit(request.url).netloc not in ("", urlsplit(self.url).netloc):
            self.page_errors.append(f"a request to another server: {request.url}")
