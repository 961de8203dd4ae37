"""Somebody at the console: a page of their own, and all that must never happen on it."""

import re
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import ConsoleMessage, Locator, Page, Request, expect

from tests.support.definition import ROOT

PATIENCE_MS = 20_000
"""A loaded machine may be slow; nothing here waits for a time to pass."""

MOST_TABS = 60
WIDE, NARROW = 1280, 375
_AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
_TAKEN = re.compile(r"\btaken\b")
expect.set_options(timeout=PATIENCE_MS)


class Visitor:
    """A browser window. `mistakes` collects errors that the browser told, and requests to others.

    A refusal that a test provokes is an error too in the browser's eyes: name its status in
    `refusals`.
    """

    def __init__(self, page: Page, console_url: str, *, width: int, token: str | None) -> None:
        self.page = page
        self.url = console_url
        self.api = console_url.removesuffix("/console")
        self.refusals: set[int] = set()
        self.mistakes: list[str] = []
        self.asked: list[str] = []
        self.page.set_viewport_size({"width": width, "height": 800})
        self.page.set_default_timeout(PATIENCE_MS)
        if token is not None:
            self.page.goto(f"{console_url}/icon.svg")  # of the same origin, and no application
            self.page.evaluate("token => sessionStorage.setItem('token', token)", token)
        self._listen(self.page)

    def open(self, view: str = "") -> Page:
        """Show a view: `orders`, `orders/<id>`, `desk`, `insights`."""
        self.page.goto(f"{self.url}#/{view}" if view else self.url)
        return self.page

    def sign_in(self, user: str) -> None:
        """Sign in as anybody does, at the user pool's page."""
        self.open()
        self.page.get_by_role("button", name="Sign in").click()
        self.page.get_by_role("button", name=user).click()
        expect(self.page.get_by_text(f"{user} (")).to_be_visible()

    @property
    def main(self) -> Locator:
        """What the view shows."""
        return self.page.get_by_role("main")

    @property
    def stage(self) -> Locator:
        """Where the order stands that the page is about."""
        return self.page.locator(".standing .stage")

    @property
    def sheet(self) -> Locator:
        """The order to decide at the desk."""
        return self.page.get_by_role("region", name="Order to decide")

    @property
    def notice(self) -> Locator:
        """What went well."""
        return self.page.locator("#notice")

    @property
    def alert(self) -> Locator:
        """What went wrong."""
        return self.page.locator("#alert")

    def state(self, name: str) -> Locator:
        """The box of a state in the diagram."""
        return self.page.locator(f'.diagram .state[data-state="{name}"]')

    def expect_progress(self, **wanted: str) -> None:
        """Each named state is marked by class, icon and text as `wanted` (`✓ succeeded`)."""
        for name, mark in wanted.items():
            expect(self.state(name)).to_contain_text(mark)

    def expect_taken(self, *ways: str) -> None:
        """Each way (`From To`) is drawn as gone."""
        for way in ways:
            expect(self.page.locator(f'.way[data-way="{way}"]')).to_have_class(_TAKEN)

    def expect_not_taken(self, *ways: str) -> None:
        """No such way is drawn as gone, in a diagram that is there."""
        expect(self.page.locator(".way").first).to_be_attached()
        for way in ways:
            expect(self.page.locator(f'.way.taken[data-way="{way}"]')).to_have_count(0)

    def asked_of(self, path: str) -> list[str]:
        """The requests so far whose address ends so."""
        return [one for one in self.asked if one.endswith(path)]

    def look_again(self) -> None:
        """What the page does by itself when somebody comes back to it, and every few seconds."""
        self.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")

    def press_tab_until(self, focused: str) -> None:
        """Go through the page by keyboard until the element of this text has the focus."""
        for _ in range(MOST_TABS):
            self.page.keyboard.press("Tab")
            if self.page.evaluate("document.activeElement.textContent") == focused:
                return
        raise AssertionError(f"no Tab leads to {focused}")

    def overflow(self) -> int:
        """Pixels by which the page is wider than the window."""
        return int(self.page.evaluate("document.documentElement.scrollWidth - window.innerWidth"))

    def violations(self) -> list[str]:
        """What axe-core finds wrong with the page for people with disabilities."""
        # Through the debugger, as an extension would: the page's policy lets no script in.
        self.page.evaluate(_AXE.read_text(encoding="utf-8"))
        found: list[dict[str, Any]] = self.page.evaluate("axe.run().then(one => one.violations)")
        return [f"{one['id']}: {[node['target'] for node in one['nodes']]}" for one in found]

    def close(self) -> None:
        """Close the window; fails if something went wrong in it."""
        self.page.close()
        assert self.mistakes == [], self.mistakes

    def _listen(self, page: Page) -> None:
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.mistakes.append(str(error)))
        page.on("request", self._see)

    def _hear(self, message: ConsoleMessage) -> None:
        provoked = any(f"status of {status} " in message.text for status in self.refusals)
        where = message.location["url"]
        ours = not where or where.startswith(self.api)  # the sign-in page is the emulator's
        # An order may end while somebody looks at it: its next heartbeat is refused.
        too_late = where.endswith("/heartbeat") and "status of 409 " in message.text
        if message.type in ("error", "warning") and ours and not (provoked or too_late):
            self.mistakes.append(f"{message.text} ({where})")

    def _see(self, request: Request) -> None:
        self.asked.append(f"{request.method} {request.url}")
        if urlsplit(request.url).netloc not in ("", urlsplit(self.url).netloc):
            self.mistakes.append(f"a request to somebody else: {request.url}")
