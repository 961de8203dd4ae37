"""What an order costs: entries of states, counted by walking the definition."""

import pytest

from tests.support.definition import Walk, load

NEW = {"order_id": "O", "epoch": 1, "version": "v2"}
OLD = {**NEW, "version": "v1"}
TAKEOVER = {**NEW, "resume": "compensate"}


def test_the_happy_path_enters_at_most_twelve_states() -> None:
    entered = Walk(load(), ["wait", "pay"]).run(NEW)

    assert entered[-1] == "SendOrderConfirmation"
    assert len(entered) <= 12


def test_sequential_enrichment_costs_no_more_than_parallel_enrichment() -> None:
    entered = Walk(load(), ["wait", "pay"]).run(OLD)

    assert entered[-1] == "SendOrderConfirmation"
    assert "EnrichOrder" not in entered
    assert len(entered) <= 12


@pytest.mark.parametrize("signals", [1, 2, 10])
def test_every_further_signal_or_tick_enters_at_most_three_states(signals: int) -> None:
    once = Walk(load(), ["wait", "pay"]).run(NEW)

    more = Walk(load(), ["wait", *["wait"] * signals, "pay"]).run(NEW)

    assert len(more) - len(once) <= 3 * signals
    assert more[-1] == "SendOrderConfirmation"


@pytest.mark.parametrize(
    ("decision", "closed", "end"),
    [
        ("compensate", "cancelled", "OrderCancelled"),
        ("expire", "cancelled", "OrderCancelled"),
        ("compensate", "failed", "OrderFailed"),
        ("compensate", "compensating", "OrderFailed"),
    ],
)
def test_a_turned_order_is_compensated_and_ends_as_its_record_says(
    decision: str, closed: str, end: str
) -> None:
    entered = Walk(load(), ["wait", decision], closed=closed).run(NEW)

    undone = ["RefundPayment", "ReleaseStock", "SendCancellationEmail", "CloseOrder", "RouteEnd"]
    assert entered[-6:] == [*undone, end]


def test_a_takeover_goes_straight_to_the_compensation() -> None:
    entered = Walk(load(), []).run(TAKEOVER)

    assert entered[:2] == ["RouteStart", "RefundPayment"]
    assert "ReserveStock" not in entered
    assert entered[-1] == "OrderCancelled"


def test_two_hundred_loops_stay_far_below_the_history_limit() -> None:
    """A Task writes five events, a Choice two, and a loop is AwaitSignal (six), ApplySignals,
    RouteDecision; every retry adds three. (Step Functions developer guide, quotas: 25,000)
    """
    from lambdas.domain.approving import MAX_LOOPS

    worst_loop = 6 + (5 + 4 * 3) + 2 + 2
    assert MAX_LOOPS * worst_loop < 25_000 / 4
