"""Properties of every page: accessibility, narrow screens, content security policy."""

import re

import pytest
from playwright.sync_api import expect

from local.scenario_runner.scenario_run import ScenarioRun
from tests.console.conftest import Visit
from tests.console.orders import place
from tests.console.visitor import NARROW, WIDE

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
    visit: Visit, run: ScenarioRun, ended: dict[str, str], who: str
) -> None:
    orders = {**ended, "waiting": place(run)}
    visitor = visit(who, width=NARROW)
    for view, heading in PAGES[who].items():
        visitor.open(view.format(**orders))
        expect(visitor.page.get_by_role("heading", level=1)).to_contain_text(
            heading.format(**orders)
        )
        expect(visitor.page.get_by_text(LOADING)).to_have_count(0)
        assert visitor.overflow() <= 0, view
        assert visitor.violations() == [], view
        visitor.page.set_viewport_size({"width": WIDE, "height": 800})
        assert visitor.overflow() <= 0, view
        visitor.page.set_viewport_size({"width": NARROW, "height": 800})


def test_the_colours_have_enough_contrast_light_and_dark(
    visit: Visit, ended: dict[str, str]
) -> None:
    visitor = visit("customer")
    visitor.open(f"orders/{ended['failed']}")
    visitor.expect_progress(OrderRejected="✓ succeeded")
    assert visitor.violations() == []
    visitor.page.emulate_media(color_scheme="dark")
    assert visitor.violations() == []


def test_the_page_runs_no_script_but_its_own(visit: Visit) -> None:
    visitor = visit("customer")
    page = visitor.open("orders")
    expect(page.get_by_role("heading", name="Orders", exact=True)).to_be_visible()
    page.evaluate(
        "const one = document.createElement('script'); one.textContent = 'window.foreign = true';"
        "document.head.append(one)"
    )
    assert page.evaluate("window.foreign") is None
    expect(page.get_by_role("button", name="all")).to_be_visible()
    assert [one for one in visitor.mistakes if "Content Security Policy" in one], visitor.mistakes
    visitor.mistakes.clear()


def test_typed_text_never_becomes_markup(visit: Visit, run: ScenarioRun) -> None:
    visitor = visit("customer")
    page = visitor.open(f"orders/{place(run)}")
    page.get_by_label("Reason").fill("<img src=x> <b>bold</b>")
    page.get_by_role("button", name="Cancel order").click()
    expect(visitor.main).to_contain_text("The order was cancelled: <img src=x> <b>bold</b>")
    expect(page.locator("main img, main b")).to_have_count(0)
