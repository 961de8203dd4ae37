"""The operators' view: outcomes of orders, stuck orders, and actions on them."""

import json
from typing import Any

from playwright.sync_api import Route, expect

from local.scenario_runner.scenario_run import ScenarioRun
from tests.console.conftest import OpenWindow
from tests.console.orders import cancel, place, place_and_stop

NO_RELEASE = {
    "service": "lambda",
    "action": "Invoke",
    "function": "release-stock",
    "effect": "fail",
    "error": "AccessDeniedException",
    "status": 403,
}


def stuck_order(run: ScenarioRun) -> str:
    """A cancelled order whose stock could not be released."""
    order_id = place(run)
    run.backend.inject_fault(NO_RELEASE)
    cancel(run)
    run.eventually("stuck", lambda: bool(run.status("order")["ledger"]["reserve"]["stuck"]))
    return order_id


def test_a_stuck_compensation_is_shown_and_retried(
    open_window: OpenWindow, run: ScenarioRun
) -> None:
    order_id = stuck_order(run)
    operator = open_window("operator")
    page = operator.open(f"orders/{order_id}")
    expect(operator.main).to_contain_text("⚠ stuck: ")
    operator.expect_progress(ReleaseStock="! error caught", ReserveStock="✓ succeeded")
    assert operator.violations() == []

    operator.open("insights")
    expect(operator.main).to_contain_text("⚠ stuck: ")
    assert operator.violations() == []
    page.get_by_role("button", name="Compensate again").click()
    expect(operator.notice).to_contain_text(f"{order_id}: a new execution retries")
    run.wait_for_stage("order", "cancelled")
    page.get_by_role("button", name="Refresh").click()
    expect(operator.main).to_contain_text("No order is being compensated.")


def test_an_open_order_without_progress_is_listed(
    open_window: OpenWindow, run: ScenarioRun
) -> None:
    order_id = place(run)
    order = run.status("order")
    late = {**order, "approval_deadline": "2020-01-01T00:00:00.000Z"}
    paying = {"stage": "payment", "updated_at": "2020-01-01T00:00:00.000Z"}
    operator = open_window("operator")
    page = operator.page
    hanging = page.locator("section").filter(has=page.get_by_role("heading", name="No progress"))
    operator.open("insights")
    expect(hanging).to_contain_text("Every open order makes progress.")

    def answer(route: Route) -> None:
        orders: list[dict[str, Any]] = [late] if "awaiting-approval" in route.request.url else []
        route.fulfill(json={"orders": orders, "next_cursor": None})

    page.route("**/orders?stage=*", answer)
    page.get_by_role("button", name="Refresh").click()
    expect(hanging).to_contain_text("awaiting approval, its deadline passed")
    assert operator.violations() == []

    late = {**order, **paying}
    again = page.get_by_role("button", name="Refresh")
    expect(again).not_to_have_attribute("aria-busy", "true")  # a click meanwhile is no second one
    again.click()
    expect(hanging).to_contain_text("payment, unchanged for")
    hanging.get_by_role("link", name=order_id).click()
    expect(operator.stage).to_have_text("… awaiting approval")


def test_the_verdicts_of_ended_orders_are_counted_and_lead_to_the_orders(
    open_window: OpenWindow, ended: dict[str, str]
) -> None:
    operator = open_window("operator")
    page = operator.open("insights")
    for verdict in ("completed", "cancelled", "rejected"):
        expect(page.get_by_label(f"{verdict} of all")).to_be_visible()
    expect(operator.main).to_contain_text("Half of the completed ones took at most")
    for verdict, stage in (("rejected", "failed"), ("cancelled",) * 2, ("completed",) * 2):
        page.get_by_role("button", name=verdict, exact=True).click()
        rows = page.locator(f'[data-verdict="{verdict}"]')
        expect(rows.get_by_role("link").first).to_be_focused()
        expect(rows.get_by_role("link", name=ended[stage])).to_be_visible()
    page.get_by_label("Started").select_option("last day")
    expect(page.get_by_role("heading", name="of the last day")).to_be_visible()
    expect(page.get_by_label("completed of all")).to_be_visible()
    page.reload()
    expect(page.get_by_label("Started")).to_have_value("last day")
    assert operator.violations() == []


def test_a_stopped_execution_and_its_compensation_are_both_counted(
    open_window: OpenWindow, run: ScenarioRun
) -> None:
    order_id = place_and_stop(run)
    operator = open_window("operator")
    page = operator.open("insights")
    rows = page.get_by_role("listitem").filter(has=page.get_by_role("link", name=order_id))
    expect(rows).to_have_count(2)
    expect(rows.nth(0)).to_contain_text("infrastructure: the execution was stopped")
    expect(rows.nth(0)).to_contain_text("execution 1 of 2")
    expect(rows.nth(1)).to_contain_text("compensated: it took the order over")
    expect(rows.nth(1)).to_contain_text("execution 2 of 2")
    expect(page.get_by_role("heading", name="Recovered")).to_be_visible()
    expect(operator.main).to_contain_text("An order that was taken over has more than one.")
    expect(operator.main).not_to_contain_text("Nothing did.")
    assert operator.violations() == []


REFUND = {"settled": "refund-paid", "amount_minor": 650}


def test_two_operators_settle_a_refund_that_the_provider_refuses(
    open_window: OpenWindow, run: ScenarioRun
) -> None:
    order_id = place(run)
    order = run.status("order")
    paid = {"state": "done", "stuck": True, "amount_minor": 950, "refunded_minor": 300}
    stuck = {**order, "stage": "compensating", "ledger": {"pay": paid}}
    request = {"settlement_id": "S1", "requested_by": "operator2", "confirmed_at": None}
    known = {**request, **REFUND, "evidence": "transfer 4711"}
    sent: list[Any] = []

    def settle(route: Route) -> None:
        sent.append(route.request.post_data_json)
        confirmed_at = "2026-01-01T00:00:00.000Z" if "confirm" in sent[-1] else None
        stuck["settlement"] = None if confirmed_at else known
        settled = {**known, "confirmed_at": confirmed_at}
        route.fulfill(status=202, json={"order_id": order_id, "settlement": settled})

    operator = open_window("operator")
    page = operator.page
    page.route(f"**/orders/{order_id}", lambda route: route.fulfill(json=stuck))
    page.route("**/settle", settle)
    operator.open(f"orders/{order_id}")
    page.get_by_text("Settle", exact=True).click()
    expect(operator.main).to_contain_text("Return 6.50 EUR to the customer first.")
    page.get_by_label("Evidence").fill("transfer 4711")
    page.get_by_role("button", name="Request settlement").click()
    expect(operator.notice).to_have_text("The settlement waits for another operator.")
    expect(operator.main).to_contain_text("operator2 returned 6.50 EUR: transfer 4711.")
    assert operator.violations() == []
    page.get_by_label("Evidence").fill("bank statement")
    page.get_by_role("button", name="Confirm settlement").click()
    expect(operator.notice).to_have_text("The settlement is recorded.")

    payment = {**REFUND, "currency": "EUR"}
    assert sent == [
        {**payment, "evidence": "transfer 4711"},
        {**payment, "evidence": "bank statement", "confirm": "S1"},
    ]


def test_an_operator_downloads_the_history_of_an_order(
    open_window: OpenWindow, ended: dict[str, str]
) -> None:
    order_id = ended["cancelled"]
    page = open_window("operator").open(f"orders/{order_id}")

    with page.expect_download() as saved:
        page.get_by_role("button", name="Download history").click()

    assert saved.value.suggested_filename == f"{order_id}.json"
    history = json.loads(saved.value.path().read_text())
    assert history["order_id"] == order_id
    assert history["executions"][0]["verdict"] == "cancelled"


def test_an_operator_ends_a_dispute_that_the_provider_does_not_know(
    open_window: OpenWindow, run: ScenarioRun
) -> None:
    order_id = place(run)
    entry = {"state": "intent", "stuck": False, "amount_minor": 950, "refunded_minor": None}
    disputed = {**run.status("order"), "dispute": "open", "ledger": {"dispute-2": entry}}
    sent: list[Any] = []

    def settle(route: Route) -> None:
        sent.append(route.request.post_data_json)
        route.fulfill(status=202, json={"settlement": {"confirmed_at": None}})

    operator = open_window("operator")
    page = operator.page
    page.route(f"**/orders/{order_id}", lambda route: route.fulfill(json=disputed))
    page.route("**/settle", settle)
    operator.open(f"orders/{order_id}")
    page.get_by_text("Settle", exact=True).click()
    page.get_by_label("Decision of the bank").select_option("lost")
    page.get_by_label("Evidence").fill("letter 4711")
    page.get_by_role("button", name="Request end of dispute").click()
    expect(operator.notice).to_have_text("The settlement waits for another operator.")
    assert operator.violations() == []
    amount = {"amount_minor": 950, "currency": "EUR", "evidence": "letter 4711"}
    assert sent == [{"settled": "dispute-lost", "dispute": "dispute-2", **amount}]
