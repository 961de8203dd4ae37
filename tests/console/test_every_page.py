"""Properties of every page: accessibility, narrow screens, content security policy."""

import re

import pytest
from playwright.sync_api import expect

from local.scenario_runner.scenario_run import ScenarioRun
from tests.console.conftest import OpenWindow
from tests.console.orders import place
from tests.console.window import NARROW, WIDE

LOADING = re.compile("Loading…|Reading histories…")
PAGES = {
    "customer": {
        "orders": "Orders",
        "orders/{waiting}": "{waiting}",
        "orders/{completed}": "{completed}",
        "orders/{cancelled}": "{cancelled}",
        "insights": "Not allowed",
    },
    "approver": {"orders/{waiting}": "{waiting}", "desk": "Desk"},
    "operator": {"orders": "Orders", "orders/{failed}": "{failed}", "insights": "Insights"},
}
"""Views and their headings, by role."""


@pytest.mark.parametrize("who", PAGES)
def test_every_page_is_accessible_and_fits_narrow_and_wide_screens(
    open_window: OpenWindow, run: ScenarioRun, ended: dict[str, str], who: str
) -> None:
    orders = {**ended, "waiting": place(run)}
    window = open_window(who, width=NARROW)
    for view, heading in PAGES[who].items():
        window.open(view.format(**orders))
        expect(window.page.get_by_role("heading", level=1)).to_contain_text(
            heading.format(**orders)
        )
        expect(window.page.get_by_text(LOADING)).to_have_count(0)
        assert window.overflow() <= 0, view
        assert window.violations() == [], view
        window.page.set_viewport_size({"width": WIDE, "height": 800})
        assert window.overflow() <= 0, view
        window.page.set_viewport_size({"width": NARROW, "height": 800})


def test_the_colours_have_enough_contrast_light_and_dark(
    open_window: OpenWindow, ended: dict[str, str]
) -> None:
    window = open_window("customer")
    window.open(f"orders/{ended['failed']}")
    window.expect_progress(OrderRejected="✓ succeeded")
    assert window.violations() == []
    window.page.emulate_media(color_scheme="dark")
    assert window.violations() == []


def test_the_page_runs_no_script_but_its_own(open_window: OpenWindow) -> None:
    window = open_window("customer")
    page = window.open("orders")
    expect(page.get_by_role("heading", name="Orders", exact=True)).to_be_visible()
    page.evaluate(
        "const one = document.createElement('script'); one.textContent = 'window.foreign = true';"
        "document.head.append(one)"
    )
    assert page.evaluate("window.foreign") is None
    expect(page.get_by_role("button", name="all")).to_be_visible()
    assert [error for error in window.page_errors if "Content Security Policy" in error], (
        window.page_errors
    )
    window.page_errors.clear()


def test_typed_text_never_becomes_markup(open_window: OpenWindow, run: ScenarioRun) -> None:
    window = open_window("customer")
    page = window.open(f"orders/{place(run)}")
    page.get_by_label("Reason").fill("<img src=x> <b>bold</b>")
    page.get_by_role("button", name="Cancel order").click()
    expect(window.main).to_contain_text("The order was cancelled: <img src=x> <b>bold</b>")
    expect(page.locator("main img, main b")).to_have_count(0)
