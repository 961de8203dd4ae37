"""The diagram of the state machine: the progress of an order by state."""

from playwright.sync_api import Route, expect

from local.scenario_runner.scenario_run import ScenarioRun
from tests.console.conftest import OpenWindow
from tests.console.orders import place, place_and_stop, send_heartbeat

PAID = ("ReserveStock", "AwaitSignal", "ApplySignals", "ProcessPayment", "UpdateOrderStatus")
UNDONE = ("RefundPayment", "ReleaseStock", "SendCancellationEmail", "CloseOrder")


def test_a_completed_order_shows_its_steps_its_path_and_no_compensation(
    open_window: OpenWindow, ended: dict[str, str]
) -> None:
    window = open_window("customer")
    page = window.open(f"orders/{ended['completed']}")
    steps = page.get_by_role("list", name="Steps").get_by_role("listitem")
    expect(steps).to_contain_text(["Enrich", "Reserve", "Approve", "Pay", "Complete", "Notify"])
    window.expect_progress(**dict.fromkeys(PAID, "✓ succeeded"))
    window.expect_progress(**dict.fromkeys(UNDONE, "○ not reached"))
    window.expect_progress(FetchRecommendations="✓ succeeded", NoRecommendations="○ not reached")
    window.expect_progress(FetchCustomerProfile="✓ succeeded")
    expect(window.state("FetchCustomerProfileV1")).to_have_count(0)  # of another version
    window.expect_taken("RouteDecision ProcessPayment", "ProcessPayment UpdateOrderStatus")
    window.expect_not_taken("RouteStart RefundPayment", "RouteDecision AwaitSignal")
    decisions = page.locator(".diagram .decision")
    expect(decisions).to_have_text(["wait", "remind", "pay"])


def test_a_cancelled_order_shows_its_compensations(
    open_window: OpenWindow, ended: dict[str, str]
) -> None:
    window = open_window("operator")
    page = window.open(f"orders/{ended['cancelled']}")
    steps = page.get_by_role("list", name="Steps").get_by_role("listitem")
    expect(steps.filter(has_text="Compensate")).to_contain_text("✓")
    expect(steps.filter(has_text="Pay")).to_contain_text("○ not reached")
    window.expect_progress(ReserveStock="↺ compensated", OrderCancelled="✓ succeeded")
    window.expect_progress(**dict.fromkeys(UNDONE, "✓ succeeded"))
    window.expect_progress(ProcessPayment="○ not reached", OrderFailed="○ not reached")
    window.expect_taken("RouteDecision RefundPayment", "RouteEnd OrderCancelled")
    window.expect_not_taken("RouteStart RefundPayment", "CloseOrder OrderFailed")
    expect(window.main).to_contain_text("↺ stock released")
    expect(window.main).not_to_contain_text("is drawn.")  # there is one execution


def test_a_declined_payment_shows_where_it_failed_and_a_click_its_details(
    open_window: OpenWindow, ended: dict[str, str]
) -> None:
    window = open_window("customer")
    window.open(f"orders/{ended['failed']}")
    window.expect_progress(ProcessPayment="! error caught", ReserveStock="↺ compensated")
    window.expect_progress(UpdateOrderStatus="○ not reached", OrderRejected="✓ succeeded")
    window.expect_taken("ProcessPayment RefundPayment", "RouteEnd OrderRejected")
    window.expect_not_taken("RouteDecision RefundPayment", "CloseOrder OrderFailed")
    window.page.get_by_text("As a list").click()
    expect(window.main).to_contain_text("ProcessPayment: error caught (PaymentDeclined)")
    details = window.page.locator(".details")
    window.state("ProcessPayment").click()
    expect(details).to_contain_text("ProcessPayment: error caught (PaymentDeclined)")
    expect(details).to_contain_text("took")
    window.state("ProcessPayment").click()
    expect(details).to_be_empty()


def test_a_waiting_order_shows_the_state_where_it_waits(
    open_window: OpenWindow, run: ScenarioRun
) -> None:
    window, order_id = open_window("customer"), place(run)
    send_heartbeat(run)
    window.open(f"orders/{order_id}")
    window.expect_progress(AwaitSignal="● in progress", ApplySignals="○ not reached")


def test_opened_scrolled_and_typed_content_survives_an_update(
    open_window: OpenWindow, run: ScenarioRun
) -> None:
    window = open_window("customer", width=375)
    page = window.open(f"orders/{place(run)}")
    page.get_by_text("State machine", exact=True).click()
    page.get_by_text("As a list").click()
    page.get_by_label("Reason").fill("half a sen")
    chart = page.get_by_role("region", name="State machine")
    chart.evaluate("one => { one.scrollLeft = 100 }")
    for _ in range(2):  # after the second response, the first is drawn
        with page.expect_response("**/execution"):
            window.look_again()
    expect(page.get_by_label("Reason")).to_be_focused()
    expect(page.get_by_label("Reason")).to_have_value("half a sen")
    expect(page.get_by_text("AwaitSignal: in progress", exact=True)).to_be_visible()
    assert chart.evaluate("one => one.scrollLeft") == 100


def test_an_order_that_was_taken_over_says_which_execution_is_drawn_and_shows_either(
    open_window: OpenWindow, run: ScenarioRun
) -> None:
    order_id = place_and_stop(run)
    operator, customer = open_window("operator"), open_window("customer")
    page = operator.open(f"orders/{order_id}")
    expect(operator.main).to_contain_text("Execution 2 of 2 is drawn. Execution 1 was stopped.")
    operator.expect_progress(ReleaseStock="✓ succeeded", ReserveStock="○ not reached")
    first = page.get_by_role("button", name="Execution 1")
    first.click()
    expect(operator.main).to_contain_text("Execution 1 of 2 is drawn.")
    done = dict.fromkeys(("EnrichOrder", "FetchCustomerProfile"), "✓ succeeded")
    operator.expect_progress(**done, ReserveStock="↺ compensated", AwaitSignal="■ stopped")
    operator.expect_progress(ReleaseStock="○ not reached", ProcessPayment="○ not reached")
    operator.expect_taken("EnrichOrder ReserveStock", "ReserveStock AwaitSignal")
    for _ in range(2):  # after the second response, the first is drawn
        with page.expect_response("**/execution"):
            operator.look_again()
    expect(first).to_have_attribute("aria-pressed", "true")
    operator.expect_progress(AwaitSignal="■ stopped")
    assert operator.violations() == []

    page = customer.open(f"orders/{order_id}")
    expect(customer.main).to_contain_text("Execution 2 of 2 is drawn. It took the order over")
    page.get_by_role("button", name="timeline").click()
    expect(page.get_by_role("list", name="Timeline, newest first")).to_be_focused()
    assert customer.violations() == []


def test_a_diagram_that_does_not_fit_says_that_it_scrolls(
    open_window: OpenWindow, ended: dict[str, str]
) -> None:
    window = open_window("customer", width=375)
    page = window.open(f"orders/{ended['completed']}")
    page.get_by_text("State machine", exact=True).click()
    hint = page.get_by_text("Scroll the diagram to see the rest")
    expect(hint).to_be_visible()
    box = page.get_by_role("region", name="State machine").bounding_box()
    assert box is not None
    assert box["height"] <= 480
    page.set_viewport_size({"width": 1280, "height": 800})
    expect(hint).to_be_hidden()


def test_nothing_depends_on_the_names_of_the_last_states(
    open_window: OpenWindow, ended: dict[str, str]
) -> None:
    def rename(route: Route) -> None:
        page_text = route.fetch().text()
        route.fulfill(
            body=page_text.replace("OrderCompleted", "CompletedUnconfirmed"),
            content_type="application/json",
        )

    window = open_window("customer")
    window.page.route("**/execution", rename)
    window.open(f"orders/{ended['completed']}")
    window.expect_progress(SendOrderConfirmation="✓ succeeded")
    expect(window.state("CompletedUnconfirmed")).to_be_visible()
