import pytest

from lambdas import telemetry
from lambdas.activities.order_status import close_order, update_order_status
from lambdas.domain.record.stages import Stage
from tests.support.world import World

SETTLED = {"ledger": {}, "reserved": False}


def counted() -> set[str]:
    return set(telemetry.metrics.metric_set)


@pytest.mark.parametrize(
    ("last_error", "cancelled", "stage", "outcome", "code"),
    [
        ("cancelled: no need", True, "cancelled", "cancelled", "cancel-requested"),
        ("declined: over budget", True, "cancelled", "declined", "declined-by-approver"),
        ("approval timeout", True, "cancelled", "expired", "approval-timeout"),
        ("InsufficientStock: MUG", False, "failed", "rejected", "out-of-stock"),
        ("ProviderUnavailable: later", False, "failed", "failed", "payment-unavailable"),
        ("LedgerMismatch: 1 of 2", False, "failed", "failed", "technical-problem"),
    ],
)
def test_a_settled_order_is_closed_as_its_record_says(
    world: World, last_error: str, cancelled: bool, stage: str, outcome: str, code: str
) -> None:
    order = world.place(
        Stage.COMPENSATING, cancelled=cancelled, **{**SETTLED, "last_error": last_error}
    )

    answer = world.run(close_order, order)

    assert answer == {
        "stage": stage,
        "outcome": outcome,
        "result": f"Order {order.order_id} {outcome} (version v2)",
    }
    event = world.store.timeline(order.order_id)[-1]
    assert event.kind == f"order-{stage}"
    assert event.detail == {"reason": last_error, "outcome": outcome, "reason_code": code}
    assert counted() == {f"Order{outcome.capitalize()}"}
    assert world.operations.stuck == []


def test_an_order_that_still_holds_something_is_reported_every_time(world: World) -> None:
    order = world.place(Stage.COMPENSATING)

    world.run(close_order, order)
    first = world.now(order)
    world.run(close_order, order)

    after = world.now(order)
    assert (after.compensation_attempts, after.next_check_at) == (1, first.next_check_at)
    assert world.operations.stuck == [(order.order_id, ("reserve",))] * 2
    assert counted() == {"CompensationStuck"}
    assert world.problems() == []


def test_an_order_whose_compensation_could_not_begin_is_left_to_the_janitor(world: World) -> None:
    """RefundPayment failed before it wrote anything: a cancel that waits must not end `failed`."""
    order = world.place(Stage.ENRICHMENT)
    world.cancel(order)

    answer = world.run(close_order, order)

    assert answer == {"stage": "enrichment", "outcome": "open", "result": None}
    assert world.now(order).pending
    assert world.operations.stuck == []
    assert world.problems() == []


def test_a_paid_order_is_completed_and_its_stock_sold(world: World) -> None:
    order = world.place(Stage.STATUS_UPDATE)

    world.run(update_order_status, order)

    assert world.now(order).stage is Stage.COMPLETED
    item = world.inventory.by_sku["COFFEE-1KG"]
    assert (item.available, item.held, item.sold) == (98, 0, 2)
    assert counted() == {"OrderCompleted"}
    assert world.problems() == []
