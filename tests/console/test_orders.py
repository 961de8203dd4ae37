"""The list of orders: empty, filtered by stage, searched, without a connection."""

from playwright.sync_api import expect

from local.scenario_runner.scenario_run import ScenarioRun
from tests.console.conftest import OpenWindow
from tests.console.orders import cancel, place


def test_a_customer_without_orders_sees_how_to_begin(open_window: OpenWindow) -> None:
    window = open_window()
    window.sign_in("carol")
    expect(window.main).to_contain_text("There are no orders yet. Place the first one above.")
    expect(window.page.get_by_label("SKU")).to_be_visible()


def test_an_order_of_two_items_is_placed_from_the_catalogue(open_window: OpenWindow) -> None:
    window = open_window("customer")
    page = window.open("orders")
    window.open_order_form()
    suggested = page.locator("#products option[value=MUG-RED]")
    expect(suggested).to_have_attribute("label", "Mug, red · 9.50 EUR")
    page.get_by_label("SKU").fill("MUG-RED")
    page.get_by_role("button", name="Another item").click()
    page.get_by_label("SKU").nth(1).fill("mug-blue")
    page.get_by_label("Quantity").nth(1).fill("2")
    page.get_by_role("button", name="Another item").click()
    page.get_by_label("SKU").nth(2).fill("SOLD-OUT")
    expect(page.get_by_text("Gone since yesterday, 15.00 EUR · sold out")).to_be_visible()
    page.get_by_role("button", name="Remove this item").nth(1).click()
    expect(page.get_by_text("Total 28.50 EUR")).to_be_visible()
    assert window.violations() == []
    page.get_by_role("button", name="Place").click()
    expect(window.main).to_contain_text("MUG-BLUE")
    expect(window.main).to_contain_text("MUG-RED")
    page.get_by_label("Reason").fill("the test is over")
    page.get_by_role("button", name="Cancel order").click()
    expect(window.stage).to_have_text("⊘ cancelled")


def test_a_sku_can_be_typed_without_a_catalogue_and_is_ordered_once_by_a_double_click(
    open_window: OpenWindow,
) -> None:
    window = open_window("customer")
    window.refusals.add(404)
    window.page.route("**/catalogue?*", lambda route: route.fulfill(status=404, json={}))
    page = window.open("orders")
    window.open_order_form()
    page.get_by_label("SKU").fill("FILTER-100")
    page.get_by_role("button", name="Place").dblclick()
    expect(window.main).to_contain_text("FILTER-100")
    expect(window.stage).to_be_visible()
    assert len([request for request in window.requests if request.startswith("POST")]) == 1
    page.get_by_label("Reason").fill("the test is over")
    page.get_by_role("button", name="Cancel order").click()
    expect(window.stage).to_have_text("⊘ cancelled")


def test_an_empty_desk_says_so(open_window: OpenWindow) -> None:
    window = open_window("approver")
    window.open("desk")
    expect(window.main).to_contain_text("No order waits for approval.")
    expect(window.sheet).to_be_hidden()


def test_a_chip_shows_the_orders_of_its_stage_and_keeps_the_focus(
    open_window: OpenWindow, run: ScenarioRun
) -> None:
    waiting, cancelled = place(run, "waiting"), place(run, "cancelled")
    cancel(run, "cancelled")
    run.wait_for_end("cancelled")
    window = open_window("operator")
    page = window.open("orders")
    row = page.get_by_role("row", name=waiting)
    expect(row).to_contain_text("1 × MUG-RED")
    chip = page.get_by_role("button", name="⊘ cancelled")
    chip.click()
    expect(chip).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_role("link", name=cancelled)).to_be_visible()
    expect(page.get_by_role("link", name=waiting)).to_have_count(0)
    expect(chip).to_be_focused()


def test_an_order_is_found_by_its_id_and_orders_by_their_customer(
    open_window: OpenWindow, run: ScenarioRun
) -> None:
    order_id = place(run)
    window = open_window("operator")
    page = window.open("orders")
    search = page.get_by_label("Whole order id, or customer")
    search.fill("unknown")
    search.press("Enter")
    expect(window.main).to_contain_text("No order of the customer unknown was found.")
    expect(window.main).to_contain_text("To find an order, enter its complete id")
    search.fill("alice")
    search.press("Enter")
    expect(page.get_by_role("link", name=order_id)).to_be_visible()
    search.fill(order_id.lower())
    search.press("Enter")
    expect(page.get_by_role("heading", name=order_id)).to_be_visible()


def test_a_lost_connection_is_shown_until_it_is_back(open_window: OpenWindow) -> None:
    window = open_window("operator")
    page = window.open("orders")
    expect(page.get_by_role("button", name="all")).to_be_visible()
    window.refusals.add(503)
    page.route("**/orders?*", lambda route: route.fulfill(status=503, json={"detail": "Resting."}))
    window.look_again()
    expect(window.alert).to_contain_text("Resting.")
    page.unroute("**/orders?*")
    page.get_by_role("button", name="Try again").click()
    expect(window.alert).to_be_empty()


def test_filters_are_kept_on_the_way_back_from_an_order_until_they_are_cleared(
    open_window: OpenWindow, ended: dict[str, str], run: ScenarioRun
) -> None:
    waiting, cancelled = place(run), ended["cancelled"]
    window = open_window("operator")
    page = window.open("orders")
    page.get_by_label("Whole order id, or customer").fill("alice")
    page.get_by_role("button", name="Search").click()
    page.get_by_role("button", name="⊘ cancelled").click()
    expect(page.get_by_role("link", name=waiting)).to_have_count(0)
    assert page.url.endswith("#/orders?stage=cancelled&customer=alice")

    page.get_by_role("link", name=cancelled).click()
    expect(window.stage).to_have_text("⊘ cancelled")
    page.go_back()
    chip = page.get_by_role("button", name="⊘ cancelled")
    expect(chip).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_label("Whole order id, or customer")).to_have_value("alice")
    expect(page.get_by_role("link", name=waiting)).to_have_count(0)
    page.go_back()
    expect(chip).to_have_attribute("aria-pressed", "false")
    expect(page.get_by_role("link", name=waiting)).to_be_visible()

    page.get_by_role("button", name="Clear").click()
    expect(page.get_by_role("button", name="Clear")).to_have_count(0)
    expect(page.get_by_label("Whole order id, or customer")).to_have_value("")
    assert page.url.endswith("#/orders")


def test_the_form_to_place_an_order_stands_first_and_shows_its_own_errors(
    open_window: OpenWindow, ended: dict[str, str]
) -> None:
    window = open_window("customer", width=375)
    window.refusals.add(422)
    page = window.open("orders")
    expect(page.get_by_role("link", name=ended["completed"])).to_be_visible()
    window.open_order_form()
    page.get_by_label("SKU").fill("NOPE")
    page.get_by_role("button", name="Place").click()
    wrong = window.main.get_by_role("alert")
    expect(wrong).to_contain_text("Unknown SKU: NOPE.")
    expect(window.alert).to_be_empty()
    expect(page.get_by_label("SKU")).to_have_value("NOPE")
    page.get_by_label("Pay with").fill("4242")
    page.get_by_role("button", name="Place").click()
    expect(wrong).to_contain_text("payment method: Must be `pm_` and then 1 to 100 letters")
    form, message = page.get_by_role("form", name="Place").bounding_box(), wrong.bounding_box()
    chips = page.get_by_role("group", name="Stages").bounding_box()
    assert form is not None
    assert message is not None
    assert chips is not None
    assert form["y"] + form["height"] <= message["y"] < chips["y"]
    assert window.violations() == []


def test_the_orders_of_an_outcome_are_listed_until_the_filter_is_cleared(
    open_window: OpenWindow, ended: dict[str, str], run: ScenarioRun
) -> None:
    waiting = place(run)
    window = open_window("operator")
    page = window.open("orders")
    outcome = page.get_by_label("Outcome")
    outcome.select_option("cancelled")
    expect(page.get_by_role("link", name=ended["cancelled"])).to_be_visible()
    expect(page.get_by_role("link", name=waiting)).to_have_count(0)
    assert "outcome=cancelled" in page.url
    page.reload()
    expect(outcome).to_have_value("cancelled")
    outcome.select_option("expired")
    expect(window.main).to_contain_text("No order is expired.")
    page.get_by_label("Placed").select_option("last day")
    expect(window.main).to_contain_text("No such order was placed in the last day.")
    assert "placed=last+day" in page.url
    page.get_by_label("Payment problem").select_option("debt")
    expect(window.main).to_contain_text("No order with a debt was found.")
    page.get_by_role("button", name="Clear").click()
    expect(outcome).to_have_value("")
    expect(page.get_by_role("link", name=waiting)).to_be_visible()
