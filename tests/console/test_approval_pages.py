"""The page of the link in every state and on every screen, and the e-mail with the link."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.console.approval_mails import ApprovalMail
from tests.console.conftest import OpenWindow
from tests.console.window import NARROW, WIDE

CODE = "A" * 64
LATER, BEFORE = "2999-01-01T00:00:00.000Z", "2020-01-01T00:00:00.000Z"
ACCEPTED = "The approval was accepted"
STATES = {
    ("used", "applied", "payment", LATER): "approved, and its payment is in progress.",
    ("used", None, "awaiting-approval", LATER): f"{ACCEPTED} and takes effect in a moment.",
    ("used", None, "awaiting-approval", BEFORE): ACCEPTED,
    ("used", "applied", "awaiting-approval", LATER): ACCEPTED,
    ("used", "superseded", "awaiting-approval", LATER): "another decision came first.",
    (
        "used",
        "stale",
        "awaiting-approval",
        BEFORE,
    ): "The deadline has passed: the order is",
    ("closed", None, "completed", LATER): "The order was approved, and is paid and completed.",
    ("closed", None, "compensating", LATER): "The order is being cancelled",
    ("closed", None, "cancelled", LATER): "The order was declined or cancelled, or its deadline",
    ("closed", None, "failed", LATER): "The order failed.",
    (
        "closed",
        None,
        "awaiting-approval",
        BEFORE,
    ): "The deadline has passed: the order is",
    ("closed", None, "awaiting-approval", LATER): "another decision came first.",
}
"""By the API's values: status of the link, its outcome, the stage and the deadline."""


def answer(page: Page, code: str, **fields: Any) -> None:
    """Replace the API's response by a state that is too short to be observed."""
    order = {
        "order_id": "01ARZ3NDEKTSV4RRFFQ69G5FAV",
        "revision": 1,
        "items": [{"sku": "MUG-RED", "quantity": 2, "unit_price_minor": 950}],
        "total": {"amount_minor": 1900, "currency": "EUR", "exponent": 2},
    }
    page.route(f"**/approvals/{code}", lambda route: route.fulfill(json={**order, **fields}))


def test_every_end_is_shown_without_further_actions(open_window: OpenWindow) -> None:
    window = open_window()
    for number, ((link, outcome, stage, deadline), text) in enumerate(STATES.items()):
        code = f"{number:064}"
        fields = {"link": link, "outcome": outcome, "stage": stage, "approval_deadline": deadline}
        answer(window.page, code, **fields)
        page = window.open(f"approval/{code}")
        expect(window.main, str(fields)).to_contain_text(text)
        expect(page.get_by_role("heading", level=1)).to_have_text("No decision is needed")
        expect(window.main).to_contain_text("You have nothing to do.")
        expect(page.get_by_role("row", name="MUG-RED")).to_contain_text("9.50 EUR")
        expect(page.get_by_role("button")).to_have_count(0)
        window.open("elsewhere")  # what this state shows is gone before the next one


def test_only_a_stale_approval_leaves_the_order_to_decide(open_window: OpenWindow) -> None:
    window = open_window()
    fields = {"link": "used", "stage": "awaiting-approval", "approval_deadline": LATER}
    answer(window.page, CODE, outcome="stale", **fields)
    page = window.open(f"approval/{CODE}")
    expect(page.get_by_role("heading", level=1)).to_have_text("This link was used")
    expect(window.main).to_contain_text("The order still waits")
    expect(page.get_by_role("button")).to_have_text(["Sign in to decide"])


@pytest.mark.parametrize("who", [None, "approver"])
def test_a_wrong_link_says_what_to_do(open_window: OpenWindow, who: str | None) -> None:
    window = open_window(who)
    window.refusals.add(404)
    link, page_of_link = ("All orders", "Orders") if who else ("Start page", "Order workflow")
    for wrong in (CODE, "cut-off", "50%25", "a/b", ""):
        page = window.open(f"approval/{wrong}")
        heading = page.get_by_role("heading", level=1)
        expect(heading, wrong).to_have_text("This link leads to no order")
        expect(window.main).to_contain_text("Copy the complete link from the e-mail")
        page.get_by_role("link", name=link).click()
        expect(heading).to_have_text(page_of_link)


def test_the_page_is_accessible_and_fits_narrow_and_wide_screens_light_and_dark(
    open_window: OpenWindow, mail: ApprovalMail
) -> None:
    for who in (None, "customer", "approver"):
        window = open_window(who, width=NARROW)
        page = window.open(mail.view)
        heading = page.get_by_role("heading", level=1)
        expect(heading).to_have_text("An order waits for approval")
        for width in (NARROW, WIDE):
            page.set_viewport_size({"width": width, "height": 800})
            assert window.overflow() <= 0
            assert window.violations() == []
        page.emulate_media(color_scheme="dark")
        assert window.violations() == []


def test_an_order_is_approved_from_its_link_with_the_keyboard_alone(
    open_window: OpenWindow, mail: ApprovalMail
) -> None:
    window = open_window("approver")
    page = window.open(mail.view)
    expect(page.get_by_role("button", name="Approve payment")).to_be_visible()
    window.press_tab_until("Approve payment")
    page.keyboard.press("Enter")
    mail.run.wait_for_stage(mail.order, "completed")


def test_a_lost_connection_is_shown_until_it_is_back(
    open_window: OpenWindow, mail: ApprovalMail
) -> None:
    window = open_window("approver")
    page = window.open(mail.view)
    expect(page.get_by_role("button", name="Approve payment")).to_be_visible()
    window.refusals.add(503)
    page.route("**/approvals/*", lambda one: one.fulfill(status=503, json={"detail": "Resting."}))
    window.look_again()
    expect(window.alert).to_contain_text("Resting.")
    page.unroute("**/approvals/*")
    window.look_again()
    expect(window.alert).to_be_empty()
