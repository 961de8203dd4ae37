from dataclasses import replace

import pytest

from lambdas.domain.errors import OrderCancelled, OrderMovedOn
from lambdas.domain.record.changes import StockMove, StockMovement
from lambdas.domain.record.ledger import RESERVE, EffectState
from lambdas.domain.record.stages import BEFORE_RESERVE, Stage
from lambdas.domain.steps.stock import complete, intend_hold, release, reserve
from tests.support.builders import a_line, an_order, made
from tests.support.fakes.fake_clock import NOW

LINES = (a_line("COFFEE-1KG", 2), a_line("MUG-RED", 1))
TIMEOUT_MS = 900_000


def moves(movement: StockMovement) -> tuple[StockMove, ...]:
    return (StockMove(movement, "COFFEE-1KG", 2), StockMove(movement, "MUG-RED", 1))


def test_reserving_holds_every_line_and_starts_the_clock() -> None:
    order = an_order(Stage.RESERVE, items=LINES, order_id="O1")
    change = made(reserve(order, NOW, TIMEOUT_MS, {}))

    assert change.stock == moves(StockMovement.HOLD)
    assert change.after.stage is Stage.AWAITING_APPROVAL
    assert change.after.approval_deadline == NOW + TIMEOUT_MS
    assert change.after.reserved
    effect = change.after.ledger[RESERVE]
    assert (effect.key, effect.state, effect.at) == ("reserve:O1", EffectState.DONE, NOW)
    assert [(e.kind, e.detail) for e in change.events] == [("stock-reserved", {"units": 3})]


def test_a_reservation_is_made_once_and_its_deadline_never_moves() -> None:
    assert reserve(an_order(), NOW + 1000, TIMEOUT_MS, {}) is None


@pytest.mark.parametrize("stage", [Stage.COMPENSATING, Stage.CANCELLED, Stage.FAILED])
def test_an_order_whose_compensation_has_begun_is_not_reserved(stage: Stage) -> None:
    with pytest.raises(OrderMovedOn):
        reserve(an_order(stage, reserved=False), NOW, TIMEOUT_MS, {})


@pytest.mark.parametrize("stage", sorted(BEFORE_RESERVE))
def test_a_cancelled_order_is_not_reserved(stage: Stage) -> None:
    with pytest.raises(OrderCancelled):
        reserve(an_order(stage, cancel_requested_at=NOW), NOW, TIMEOUT_MS, {})


def test_releasing_gives_every_line_back() -> None:
    change = made(release(an_order(Stage.COMPENSATING, items=LINES), NOW + 5))

    assert change.stock == moves(StockMovement.RELEASE)
    assert change.after.reserved is False
    effect = change.after.ledger[RESERVE]
    assert (effect.state, effect.at) == (EffectState.UNDONE, NOW + 5)
    assert change.after.stage is Stage.COMPENSATING
    assert [(e.kind, e.detail) for e in change.events] == [("stock-released", {"units": 3})]
    assert release(change.after, NOW) is None


def test_releasing_nothing_is_a_success() -> None:
    never = an_order(Stage.COMPENSATING, ledger={}, reserved=False)

    assert release(never, NOW) is None


def test_an_intent_to_reserve_is_released_without_an_event() -> None:
    intended = made(intend_hold(an_order(Stage.RESERVE, items=LINES), NOW))
    assert (intended.stock, intended.events) == ((), ())
    intent = intended.after.ledger[RESERVE]
    assert (intent.state, intent.at) == (EffectState.INTENT, NOW)

    change = made(release(replace(intended.after, stage=Stage.COMPENSATING), NOW))

    assert change.stock == moves(StockMovement.RELEASE)
    assert change.events == ()
    assert change.after.ledger[RESERVE].state is EffectState.UNDONE


@pytest.mark.parametrize("stage", sorted(set(Stage) - {Stage.COMPENSATING}))
def test_stock_is_released_by_compensation_only(stage: Stage) -> None:
    assert release(an_order(stage), NOW) is None


def test_completing_sells_what_is_held_once() -> None:
    change = made(complete(an_order(Stage.STATUS_UPDATE, items=LINES), NOW))

    assert change.stock == moves(StockMovement.SELL)
    assert change.after.stage is Stage.COMPLETED
    [event] = change.events
    assert (event.kind, event.detail) == ("order-completed", {"total_minor": 3750})
    assert complete(change.after, NOW) is None


def test_an_accepted_cancel_stops_the_completion() -> None:
    with pytest.raises(OrderCancelled):
        complete(an_order(Stage.STATUS_UPDATE, cancel_requested_at=NOW), NOW)


@pytest.mark.parametrize("missing", ["charged", "reserved"])
def test_nothing_is_completed_unpaid_or_unreserved(missing: str) -> None:
    order = replace(an_order(Stage.STATUS_UPDATE), **{missing: False})  # type: ignore[arg-type]

    with pytest.raises(OrderMovedOn, match="not paid and reserved"):
        complete(order, NOW)


@pytest.mark.parametrize(
    "stage", sorted(set(Stage) - {Stage.STATUS_UPDATE, Stage.COMPLETED, Stage.NOTIFY})
)
def test_an_order_is_completed_after_payment_only(stage: Stage) -> None:
    with pytest.raises(OrderMovedOn):
        complete(an_order(stage), NOW)
