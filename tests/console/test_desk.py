"""The approvers' desk: conflicts, keyboard, heartbeats."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Route, expect

from local.host.state import State
from local.scenario_runner.scenario_run import ScenarioRun
from tests.console.conftest import OpenWindow
from tests.console.orders import add, cancel, place
from tests.console.people import temporary_user
from tests.console.window import NARROW, WIDE


@pytest.fixture
def both_roles(state: State) -> Iterator[str]:
    """A user with the roles approver and operator."""
    with temporary_user(state, "lead1", "approver", "operator") as user:
        yield user


def test_an_item_added_while_the_desk_is_open_is_shown_before_the_approval(
    open_window: OpenWindow, run: ScenarioRun
) -> None:
    order_id = place(run)
    approver = open_window("approver")
    page = approver.open("desk")
    expect(approver.sheet).to_contain_text(order_id)
    expect(page.get_by_role("button", name="Approve")).to_be_enabled()

    add(run, "GRINDER-HAND")
    approver.look_again()

    changed = approver.sheet.get_by_role("alert")
    expect(changed).to_contain_text("revision 2 now, 58.50 EUR instead of 9.50 EUR")
    expect(changed).to_contain_text("GRINDER-HAND: 1 instead of 0")
    expect(page.get_by_role("button", name="Approve")).to_be_disabled()
    page.keyboard.press("a")
    page.get_by_role("button", name="I have seen the change").click()
    expect(changed).to_have_count(0)
    expect(page.get_by_role("row", name="GRINDER-HAND")).to_contain_text("49.00 EUR")
    page.get_by_role("button", name="Approve").click()
    run.wait_for_stage("order", "completed")
    assert len(approver.asked_of("approve-payment")) == 1


def test_the_order_page_shows_a_change_before_its_approval_too(
    open_window: OpenWindow, run: ScenarioRun
) -> None:
    approver = open_window("approver")
    page = approver.open(f"orders/{place(run)}")
    expect(approver.main).to_contain_text("9.50 EUR for revision 1 of the order.")
    add(run, "GRINDER-HAND")
    approver.look_again()
    expect(approver.main).to_contain_text("revision 2 now, 58.50 EUR instead of 9.50 EUR")
    expect(page.get_by_role("button", name="Approve payment")).to_have_count(0)
    page.get_by_role("button", name="I have seen the change").click()
    page.get_by_role("button", name="Approve payment").click()
    run.wait_for_stage("order", "completed")


def test_an_approver_declines_at_the_desk_by_keyboard(
    open_window: OpenWindow, run: ScenarioRun
) -> None:
    order_id = place(run)
    approver = open_window()
    approver.sign_in("approver1")
    page = approver.open("desk")
    expect(approver.sheet).to_contain_text(order_id)
    page.keyboard.press("d")
    page.keyboard.type("over this month's budget")
    page.keyboard.press("Enter")
    expect(approver.sheet).to_contain_text(f"You declined order {order_id}.")
    run.wait_for_end("order")
    assert run.status("order")["last_error"] == "declined: over this month's budget"


def test_an_approver_with_the_operator_role_cancels_at_the_desk(
    open_window: OpenWindow, run: ScenarioRun, both_roles: str
) -> None:
    order_id = place(run)
    approver = open_window()
    approver.sign_in(both_roles)
    page = approver.open("desk")
    cancelling = page.get_by_role("form", name="Cancel order")
    cancelling.get_by_label("Reason").fill("a suspicious address")
    page.get_by_role("button", name="Cancel order").click()
    expect(approver.sheet).to_contain_text(f"You cancelled order {order_id}.")
    run.wait_for_end("order")
    assert run.status("order")["last_error"] == "cancelled: a suspicious address"


def test_a_typed_reason_stays_with_its_order(
    open_window: OpenWindow, run: ScenarioRun, both_roles: str
) -> None:
    first, second = place(run, "first"), place(run, "second")
    approver = open_window()
    approver.sign_in(both_roles)
    page = approver.open("desk")
    cancelling = page.get_by_role("form", name="Cancel order")
    expect(approver.sheet).to_contain_text(first)
    cancelling.get_by_label("Reason").fill("a suspicious address")
    with page.expect_response("**/orders?stage=*"):
        approver.look_again()
    expect(cancelling.get_by_label("Reason")).to_have_value("a suspicious address")
    page.get_by_role("button", name="Next").click()
    expect(approver.sheet).to_contain_text(second)
    expect(cancelling.get_by_label("Reason")).to_have_value("")


def test_the_oldest_order_comes_first_however_many_wait(
    open_window: OpenWindow, run: ScenarioRun
) -> None:
    oldest, newest = place(run, "oldest"), place(run, "newest")

    def answer(route: Route) -> None:
        last = "cursor=" in route.request.url
        shown = run.status("oldest" if last else "newest")
        route.fulfill(json={"orders": [shown], "next_cursor": None if last else newest})

    approver = open_window("approver")
    approver.page.route("**/orders?stage=*", answer)
    page = approver.open("desk")
    expect(approver.sheet).to_contain_text(oldest)
    expect(page.locator(".queue li")).to_have_count(2)
    expect(approver.main).not_to_contain_text("More orders wait")


def test_a_queue_that_is_too_long_to_read_is_reported(open_window: OpenWindow) -> None:
    approver = open_window("approver")
    endless = {"orders": [], "next_cursor": "more"}
    approver.page.route("**/orders?stage=*", lambda route: route.fulfill(json=endless))
    approver.open("desk")
    expect(approver.main).to_contain_text("More orders wait. The list has only the newest 0")


def test_a_refused_approval_shows_the_reason_and_the_change(
    open_window: OpenWindow, run: ScenarioRun
) -> None:
    order_id = place(run)
    approver = open_window("approver")
    page = approver.open("desk")
    expect(approver.sheet).to_contain_text(order_id)
    before = run.users.request("approver", "GET", f"/orders/{order_id}")
    page.route(f"**/orders/{order_id}", lambda route: route.fulfill(json=before))
    add(run, "GRINDER-HAND")
    page.get_by_role("button", name="Approve").click()
    expect(approver.alert).to_contain_text("the lines changed since you saw them")
    page.unroute(f"**/orders/{order_id}")
    expect(approver.sheet.get_by_role("alert")).to_contain_text("revision 2 now")
    assert run.status("order")["payment_approved"] is False


def test_no_other_order_takes_the_place_of_one_that_was_cancelled(
    open_window: OpenWindow, run: ScenarioRun
) -> None:
    first, second = place(run, "first"), place(run, "second")
    approver = open_window("approver")
    page = approver.open("desk")
    expect(approver.sheet).to_contain_text(first)
    cancel(run, "first")
    run.wait_for_end("first")
    approver.look_again()
    expect(approver.sheet).to_contain_text(f"Order {first} no longer needs your decision")
    for _ in range(2):  # when the second answer has come, the first is drawn
        with page.expect_response("**/orders?stage=*"):
            approver.look_again()
    expect(approver.sheet).to_contain_text(f"Order {first} no longer needs your decision")
    page.keyboard.press("a")
    page.keyboard.press("n")
    expect(approver.sheet).to_contain_text(second)
    assert approver.asked_of("approve-payment") == []


def test_an_order_is_approved_with_the_keyboard_alone(
    open_window: OpenWindow, run: ScenarioRun
) -> None:
    order_id = place(run)
    approver = open_window("approver")
    page = approver.open()
    approver.press_tab_until("Desk")
    page.keyboard.press("Enter")
    expect(approver.sheet).to_contain_text(order_id)
    approver.press_tab_until("Approve (a)")
    page.keyboard.press("Enter")
    expect(approver.sheet).to_contain_text(f"You approved order {order_id}.")
    run.wait_for_stage("order", "completed")


def test_an_open_desk_delays_the_tick(open_window: OpenWindow, run: ScenarioRun) -> None:
    order_id = place(run)
    approver = open_window("approver")
    with approver.page.expect_response(f"**/orders/{order_id}/heartbeat") as answered:
        approver.open("desk")
    assert answered.value.status == 204
    last_heartbeat_at = run.users.request("approver", "GET", f"/orders/{order_id}/execution")[
        "last_heartbeat_at"
    ]
    assert last_heartbeat_at is not None


def test_a_hidden_page_sends_no_heartbeat(open_window: OpenWindow, run: ScenarioRun) -> None:
    order_id = place(run)
    approver = open_window("approver")
    page = approver.page
    page.add_init_script(
        "Object.defineProperty(document, 'hidden', {configurable: true, get: () => true})"
    )
    approver.open("desk")
    expect(page.get_by_role("heading", name="Desk")).to_be_visible()
    approver.look_again()
    for _ in range(2):  # earlier requests of the page would have been seen by then
        page.evaluate("fetch('health').then(answer => answer.text())")
    assert approver.asked_of("/health") != []
    assert [
        request for request in approver.requests if "/orders?" in request or "/heartbeat" in request
    ] == []

    with page.expect_response(f"**/orders/{order_id}/heartbeat"):
        page.evaluate("delete document.hidden")
        approver.look_again()


def test_a_row_shows_its_order_and_the_ordered_items(
    open_window: OpenWindow, run: ScenarioRun
) -> None:
    order_id = place(run)
    add(run, "GRINDER-HAND")
    add(run, "TEA-GREEN")
    approver = open_window("approver")
    approver.open("desk")
    row = approver.page.locator(".queue li").filter(has_text=order_id[-6:])
    expect(row).to_contain_text("65.70 EUR alice")
    expect(row).to_contain_text("1 × MUG-RED, 1 × GRINDER-HAND and 1 more")


def test_a_long_queue_is_folded_on_a_narrow_screen_and_unfolds(
    open_window: OpenWindow, run: ScenarioRun
) -> None:
    order_id = place(run)
    now = run.users.request("approver", "GET", f"/orders/{order_id}")
    now["items"] = [{"sku": "S" * 32, "quantity": 999, "unit_price_minor": 123_456}]
    others = [letter for letter in "ABCDEFG" if letter != order_id[-1]][:6]
    many = [{**now, "order_id": f"{order_id[:-1]}{letter}"} for letter in others]
    answer = {"orders": [*many, now], "next_cursor": None}
    approver = open_window("approver", width=NARROW)
    page = approver.page
    page.route("**/orders?stage=*", lambda route: route.fulfill(json=answer))
    page.route(f"**/orders/{order_id}", lambda route: route.fulfill(json=now))
    approver.open("desk")
    rows = page.locator(".queue li").filter(visible=True)
    expect(rows).to_have_count(4)
    page.get_by_role("button", name="Show all 7 orders").click()
    expect(rows).to_have_count(7)
    expect(approver.sheet).to_contain_text("1233325.44 EUR")
    assert approver.overflow() <= 0
    assert approver.violations() == []
    page.get_by_role("button", name="Show fewer orders").click()
    expect(rows).to_have_count(4)
    page.set_viewport_size({"width": WIDE, "height": 800})
    expect(rows).to_have_count(7)


def test_keys_are_explained_only_where_there_may_be_a_keyboard(
    open_window: OpenWindow, run: ScenarioRun
) -> None:
    place(run)
    approver = open_window("approver")
    page = approver.open("desk")
    expect(page.get_by_text("Keys: a approves")).to_be_visible()
    debugger = page.context.new_cdp_session(page)
    debugger.send("Emulation.setTouchEmulationEnabled", {"enabled": True, "maxTouchPoints": 1})
    page.set_viewport_size({"width": NARROW, "height": 800})
    expect(page.get_by_text("Keys: a approves")).to_be_hidden()
    expect(page.get_by_role("button", name="Approve", exact=True)).to_be_visible()
