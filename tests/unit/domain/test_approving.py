from dataclasses import replace

import pytest

from lambdas.domain.approving import MAX_LOOPS, Decision, Pace, apply_next, expire, next_step
from lambdas.domain.changes import Change, StockMove, StockMovement
from lambdas.domain.ledger import PAY, EffectState
from lambdas.domain.order import MAX_LINES, MAX_QUANTITY, Order
from lambdas.domain.signals import Signal, SignalKind
from lambdas.domain.stages import Stage
from lambdas.domain.starting import Price
from tests.support.builders import APPROVAL_TIMEOUT_MS, a_line, a_signal, an_order
from tests.support.fake_clock import NOW

PRICES = {"MUG-RED": Price(800, "EUR"), "COFFEE-1KG": Price(9999, "EUR")}
AFTER_DEADLINE = NOW + APPROVAL_TIMEOUT_MS
PACE = Pace(approval_timeout_seconds=900, heartbeat_seconds=300, asks_by_mail=False)
APPROVE = a_signal(signal_id="A")
ADD = a_signal(SignalKind.ADD_LINE_ITEM, signal_id="N")
CANCEL = a_signal(SignalKind.CANCEL_ORDER, signal_id="C")


def applied(order: Order, signal: Signal, *, out_of_stock: bool = False) -> Change:
    """The change that applying `signal` makes of the order."""
    return apply_next(replace(order, inbox=(signal,)), NOW, PRICES, out_of_stock=out_of_stock)


def test_an_approval_freezes_the_amount_as_a_payment_intent() -> None:
    after = applied(an_order(total=4200, order_id="O1"), APPROVE).after

    assert after.stage is Stage.PAYMENT
    assert (after.payment_approved, after.approved_by) == (True, "approver1")
    intent = after.ledger[PAY]
    assert (intent.key, intent.state) == ("pay:O1", EffectState.INTENT)
    assert intent.amount_minor == 4200
    assert after.outcomes == {"A": "applied"}


@pytest.mark.parametrize("revision", [1, 3])
def test_an_approval_of_another_revision_is_stale(revision: int) -> None:
    order = an_order(revision=2)

    made = applied(order, a_signal(signal_id="A", revision=revision))

    assert made.after.outcomes == {"A": "stale"}
    assert made.after.stage is Stage.AWAITING_APPROVAL
    assert PAY not in made.after.ledger


def test_an_added_line_is_held_and_priced_today() -> None:
    made = applied(an_order(), ADD)

    assert made.stock == (StockMove(StockMovement.HOLD, "MUG-RED", 2),)
    assert made.after.items == (a_line(), a_line("MUG-RED", 2, 800))
    assert made.after.revision == 2
    assert made.after.outcomes == {"N": "applied"}


def test_more_units_of_a_line_keep_its_quoted_price() -> None:
    made = applied(an_order(items=(a_line(), a_line("X"))), replace(ADD, sku="COFFEE-1KG"))

    assert made.stock == (StockMove(StockMovement.HOLD, "COFFEE-1KG", 2),)
    assert made.after.items == (a_line(quantity=4), a_line("X"))


def full() -> Order:
    return an_order(items=tuple(a_line(f"SKU-{i}", 1) for i in range(MAX_LINES)))


@pytest.mark.parametrize(
    ("order", "signal", "out_of_stock", "reason"),
    [
        (an_order(), ADD, True, "insufficient stock"),
        (an_order(), replace(ADD, sku="TEA"), False, "unknown SKU"),
        (an_order(currency="USD"), ADD, False, "priced in EUR, the order is in USD"),
        (full(), ADD, False, "more than 50 distinct SKUs"),
        (
            an_order(items=(a_line(quantity=MAX_QUANTITY - 1),)),
            replace(ADD, sku="COFFEE-1KG"),
            False,
            "more than 999 units of one SKU",
        ),
        (an_order(), replace(ADD, quantity=1000), False, "more than 999 units of one SKU"),
    ],
)
def test_a_line_that_cannot_be_added_changes_nothing_but_its_outcome(
    order: Order, signal: Signal, out_of_stock: bool, reason: str
) -> None:
    made = applied(order, signal, out_of_stock=out_of_stock)

    assert made.after.outcomes == {"N": f"rejected: {reason}"}
    assert (made.after.items, made.after.revision) == (order.items, 1)
    assert made.stock == ()


def test_one_more_unit_of_a_full_order_is_still_possible() -> None:
    made = apply_next(
        replace(full(), inbox=(replace(ADD, sku="SKU-0"),)), NOW, {"SKU-0": Price(1, "EUR")}
    )

    assert made.after.outcomes == {"N": "applied"}


@pytest.mark.parametrize("stage", [Stage.AWAITING_APPROVAL, Stage.PAYMENT, Stage.STATUS_UPDATE])
def test_a_cancel_turns_the_order_back(stage: Stage) -> None:
    made = applied(an_order(stage, cancel_requested_at=NOW), CANCEL)

    assert made.after.stage is Stage.COMPENSATING
    assert made.after.cancelled
    assert made.after.outcomes == {"C": "applied"}


@pytest.mark.parametrize("signal", [APPROVE, ADD])
def test_a_signal_before_a_cancel_is_superseded(signal: Signal) -> None:
    order = an_order(inbox=(signal, CANCEL), cancel_requested_at=NOW)

    first = apply_next(order, NOW, PRICES).after
    second = apply_next(first, NOW, PRICES).after

    assert first.stage is Stage.AWAITING_APPROVAL
    assert second.outcomes == {signal.signal_id: "superseded", "C": "applied"}
    assert second.stage is Stage.COMPENSATING


@pytest.mark.parametrize("signal", [APPROVE, ADD])
def test_a_signal_behind_the_approval_is_superseded(signal: Signal) -> None:
    made = applied(an_order(Stage.PAYMENT), signal)

    assert made.after.outcomes == {signal.signal_id: "superseded"}
    assert made.after.items == made.before.items


@pytest.mark.parametrize("signal", [APPROVE, ADD, CANCEL])
def test_a_compensating_order_supersedes_what_is_left(signal: Signal) -> None:
    made = applied(an_order(Stage.COMPENSATING), signal)

    assert made.after.stage is Stage.COMPENSATING
    assert made.after.outcomes == {signal.signal_id: "superseded"}


def test_an_outcome_is_told_in_the_timeline() -> None:
    made = applied(an_order(), ADD)

    assert [(e.kind, e.detail) for e in made.events] == [
        ("signal-settled", {"signal_id": "N", "signal": "add-line-item", "outcome": "applied"})
    ]


def test_an_order_expires_at_its_deadline() -> None:
    made = expire(an_order(), AFTER_DEADLINE, 1)

    assert made is not None
    assert (made.after.stage, made.after.cancelled) == (Stage.COMPENSATING, True)
    assert made.after.last_error == "approval timeout"


def test_an_order_does_not_expire_before_its_deadline() -> None:
    assert expire(an_order(), AFTER_DEADLINE - 1, 1) is None


def test_a_signal_that_came_in_time_is_applied_even_after_the_deadline() -> None:
    order = an_order(inbox=(APPROVE,))

    assert expire(order, AFTER_DEADLINE, MAX_LOOPS + 1) is None
    assert apply_next(order, AFTER_DEADLINE, PRICES).after.stage is Stage.PAYMENT


@pytest.mark.parametrize("stage", sorted(set(Stage) - {Stage.AWAITING_APPROVAL}))
def test_only_a_waiting_order_expires(stage: Stage) -> None:
    assert expire(an_order(stage), AFTER_DEADLINE, MAX_LOOPS + 1) is None


def test_an_order_without_a_deadline_does_not_expire() -> None:
    assert expire(an_order(approval_deadline=None), AFTER_DEADLINE, 1) is None


def test_an_order_that_wakes_too_often_is_given_up_as_failed() -> None:
    assert expire(an_order(), NOW, MAX_LOOPS) is None

    made = expire(an_order(), NOW, MAX_LOOPS + 1)

    assert made is not None
    assert made.after.stage is Stage.COMPENSATING
    assert not made.after.cancelled
    assert made.after.last_error == "gave up after 200 wake-ups"


@pytest.mark.parametrize(
    ("order", "decision"),
    [
        (an_order(), Decision.WAIT),
        (an_order(Stage.PAYMENT), Decision.PAY),
        (an_order(Stage.STATUS_UPDATE), Decision.PAY),
        (an_order(Stage.PAYMENT, cancel_requested_at=NOW), Decision.COMPENSATE),
        (an_order(Stage.COMPENSATING), Decision.COMPENSATE),
        (an_order(Stage.COMPENSATING, last_error="approval timeout"), Decision.EXPIRE),
        (an_order(Stage.COMPLETED), Decision.COMPENSATE),
    ],
)
def test_the_next_step_is_read_off_the_order(order: Order, decision: Decision) -> None:
    assert next_step(order, NOW, PACE, loops=3).decision is decision


@pytest.mark.parametrize(
    ("left_ms", "heartbeat", "timeout"),
    [(900_000, 300, 901), (301_000, 300, 302), (299_500, 300, 301), (1, 1, 2), (0, 1, 2)],
)
def test_the_tick_is_always_shorter_than_the_wait_and_the_wait_outlasts_the_deadline(
    left_ms: int, heartbeat: int, timeout: int
) -> None:
    step = next_step(an_order(), AFTER_DEADLINE - left_ms, PACE, loops=3)

    assert (step.heartbeat_seconds, step.timeout_seconds, step.loops) == (heartbeat, timeout, 3)
    assert step.heartbeat_seconds < step.timeout_seconds


def test_a_deadline_long_gone_still_makes_a_valid_wait() -> None:
    step = next_step(an_order(), AFTER_DEADLINE * 2, PACE, loops=0)

    assert (step.heartbeat_seconds, step.timeout_seconds) == (1, 2)


def test_an_order_without_a_deadline_makes_a_valid_wait() -> None:
    step = next_step(an_order(approval_deadline=None), NOW, PACE, loops=0)

    assert (step.heartbeat_seconds, step.timeout_seconds) == (1, 2)
