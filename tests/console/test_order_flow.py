"""An order from placement to its end, in the views of customer and approver."""

from playwright.sync_api import Route, expect

from local.scenario_runner.scenario_run import ScenarioRun
from tests.console.conftest import OpenWindow
from tests.console.orders import place


def test_an_order_is_placed_approved_and_completed_without_a_reload(
    open_window: OpenWindow,
) -> None:
    customer, approver = open_window(), open_window()
    customer.sign_in("alice")
    customer.open_order_form()
    customer.page.get_by_label("SKU").fill("kettle-1l")
    customer.page.get_by_role("button", name="Place").click()
    expect(customer.stage).to_have_text("… awaiting approval")
    customer.expect_progress(ReserveStock="✓ succeeded", AwaitSignal="● in progress")
    customer.page.evaluate("window.sameDocument = true")

    approver.sign_in("approver1")
    approver.page.get_by_role("link", name="Desk").click()
    approver.page.get_by_role("button", name="64.50 EUR alice").click()
    expect(approver.page.get_by_role("row", name="KETTLE-1L")).to_contain_text("64.50 EUR")
    approver.page.get_by_role("button", name="Approve").click()
    expect(approver.notice).to_have_text("Approved. Payment follows.")

    expect(customer.stage).to_have_text("✓ completed")
    path = ("RouteStart", "EnrichOrder", "ReserveStock", "AwaitSignal", "ApplySignals")
    customer.expect_progress(**dict.fromkeys(path, "✓ succeeded"))
    customer.expect_progress(ProcessPayment="✓ succeeded", SendOrderConfirmation="✓ succeeded")
    expect(customer.main).to_contain_text("✓ stock reserved")
    expect(customer.main).to_contain_text("✓ paid: 64.50 EUR")
    assert customer.page.evaluate("window.sameDocument") is True


def test_a_customer_cancels_with_a_reason(open_window: OpenWindow, run: ScenarioRun) -> None:
    order_id = place(run)
    customer = open_window("customer")
    page = customer.open(f"orders/{order_id}")
    page.get_by_label("Reason").fill("I found it in the cellar")
    page.get_by_role("button", name="Cancel order").click()
    expect(customer.notice).to_contain_text("Cancelled. The order is being compensated.")
    expect(customer.stage).to_have_text("⊘ cancelled")
    expect(customer.main).to_contain_text("The order was cancelled: I found it in the cellar")
    expect(customer.main).to_contain_text("No action is possible now.")
    expect(page.get_by_role("term").filter(has_text="Deadline")).to_have_count(0)


def test_a_customer_adds_an_item(open_window: OpenWindow, run: ScenarioRun) -> None:
    customer = open_window("customer")
    page = customer.open(f"orders/{place(run)}")
    expect(page.get_by_role("heading", name="Items (revision 1)")).to_be_visible()
    page.get_by_label("SKU").fill("tea-green")
    page.get_by_label("Quantity").fill("3")
    page.get_by_role("button", name="Add item").click()
    expect(customer.notice).to_have_text("Item added.")
    expect(page.get_by_role("heading", name="Items (revision 2)")).to_be_visible()
    cells = page.get_by_role("row", name="TEA-GREEN").get_by_role("cell")
    expect(cells).to_have_text(["TEA-GREEN", "3", "7.20 EUR", "21.60 EUR"])
    expect(page.get_by_role("term").filter(has_text="Deadline")).to_be_visible()
    expect(page.get_by_label("SKU")).to_have_value("")


def test_typed_text_keeps_its_focus_when_another_form_is_removed(
    open_window: OpenWindow, run: ScenarioRun
) -> None:
    order_id = place(run)
    now = run.users.request("customer", "GET", f"/orders/{order_id}")
    customer = open_window("customer")
    page = customer.open(f"orders/{order_id}")
    reason = page.get_by_label("Reason")
    reason.press_sequentially("I found")
    paying = {**now, "stage": "payment", "allowed_signals": ["cancel-order"]}
    page.route(f"**/orders/{order_id}", lambda route: route.fulfill(json=paying))
    customer.look_again()
    expect(customer.stage).to_have_text("▸ payment")
    expect(page.get_by_role("button", name="Add item")).to_have_count(0)
    expect(reason).to_be_focused()
    page.keyboard.type(" it")
    expect(reason).to_have_value("I found it")

    page.unroute(f"**/orders/{order_id}")
    expect(page.get_by_role("button", name="Add item")).to_be_visible()
    expect(reason).to_be_focused()
    expect(reason).to_have_value("I found it")


def test_text_typed_before_the_response_arrives_stays(
    open_window: OpenWindow, run: ScenarioRun
) -> None:
    customer = open_window("customer")
    page = customer.open(f"orders/{place(run)}")
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/signals/add-line-item", hold)
    page.get_by_label("SKU").fill("tea-green")
    with page.expect_request("**/signals/add-line-item"):
        page.get_by_role("button", name="Add item").click()
    page.get_by_label("SKU").fill("FILTER-100")
    [sent] = held
    sent.continue_()
    expect(page.get_by_role("row", name="TEA-GREEN")).to_be_visible()
    busy = page.get_by_role("form", name="Add item")
    expect(busy).not_to_have_attribute("aria-busy", "true")
    expect(page.get_by_label("SKU")).to_have_value("FILTER-100")


def test_a_refusal_shows_the_servers_message_and_keeps_the_typed_text(
    open_window: OpenWindow, run: ScenarioRun
) -> None:
    customer = open_window("customer")
    page = customer.open(f"orders/{place(run)}")
    page.get_by_label("SKU").fill("SOLD-OUT")
    page.get_by_role("button", name="Add item").click()
    expect(customer.alert).to_contain_text("rejected: insufficient stock")
    expect(page.get_by_label("SKU")).to_have_value("SOLD-OUT")
    page.get_by_role("button", name="Dismiss").click()
    expect(customer.alert).to_be_empty()


def test_an_operator_compensates_an_order_after_a_confirmation(
    open_window: OpenWindow, run: ScenarioRun
) -> None:
    order_id = place(run)
    operator, customer = open_window("operator"), open_window("customer")
    page = operator.open(f"orders/{order_id}")
    page.get_by_text("Operate", exact=True).click()
    page.once("dialog", lambda dialog: dialog.dismiss())
    page.get_by_role("button", name="Compensate").click()
    assert operator.asked_of("/compensate") == []
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Compensate").click()
    expect(operator.notice).to_have_text("A new execution compensates the order.")
    expect(page.get_by_role("button", name="Compensate")).to_have_count(0)

    customer.open(f"orders/{order_id}")
    expect(customer.main).to_contain_text("The order was stopped by our staff.")
    expect(customer.page.get_by_text("Operate", exact=True)).to_have_count(0)
