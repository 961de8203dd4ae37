from dataclasses import replace

import pytest

from lambdas.domain.errors import StaleEpoch
from lambdas.domain.record.money import Money
from lambdas.domain.record.stages import ENDS, Stage
from tests.support.builders import a_line, a_signal, an_order


def test_the_total_is_the_sum_of_the_lines_at_their_quoted_prices() -> None:
    order = an_order(items=(a_line(quantity=3, unit_price_minor=100), a_line("X", 1, 5)))

    assert order.total == Money(305, "EUR")
    assert order.price_of(order.items[1]) == Money(5, "EUR")


def test_an_execution_is_named_by_order_and_epoch() -> None:
    assert an_order(order_id="O1", epoch=3).execution == "O1-3"


@pytest.mark.parametrize("stage", list(Stage))
def test_only_an_ended_order_has_a_result(stage: Stage) -> None:
    order = an_order(stage, order_id="O1")

    assert order.ended == (stage in ENDS)
    expected = f"Order O1 {order.outcome} (version v2)" if stage in ENDS else None
    assert order.result == expected


@pytest.mark.parametrize(
    ("stage", "last_error", "outcome", "code"),
    [
        (Stage.COMPLETED, None, "completed", None),
        (Stage.FAILED, "PaymentDeclined: no", "rejected", "payment-declined"),
        (Stage.FAILED, "PaymentClosed: the payment was voided", "rejected", "payment-closed"),
        (Stage.FAILED, "CustomerUnknown: gone", "rejected", "unknown-customer"),
        (Stage.FAILED, "the execution stopped", "failed", "execution-stopped"),
        (Stage.FAILED, None, "failed", None),
        (Stage.CANCELLED, "cancelled: InsufficientStock", "cancelled", "cancel-requested"),
        (Stage.CANCELLED, "declined: cancelled: x", "declined", "declined-by-approver"),
        (Stage.COMPENSATING, "PaymentDeclined: no", None, "payment-declined"),
        (Stage.AWAITING_APPROVAL, None, None, None),
    ],
)
def test_outcome_and_reason_code_are_derived_from_stage_and_error(
    stage: Stage, last_error: str | None, outcome: str | None, code: str | None
) -> None:
    order = an_order(stage, last_error=last_error)

    assert (order.outcome, order.reason_code) == (outcome, code)


def test_an_effect_that_cannot_be_undone_makes_the_compensation_stuck() -> None:
    order = an_order(Stage.COMPENSATING)
    stuck = {name: replace(effect, stuck=True) for name, effect in order.ledger.items()}

    assert replace(order, ledger=stuck).outcome == "compensation-stuck"


def test_the_signals_after_the_applied_ones_are_pending() -> None:
    first, second = a_signal(), a_signal()

    order = an_order(inbox=(first, second), applied=1)

    assert order.pending == (second,)
    assert order.signal(first.signal_id) is first
    assert order.signal("unknown") is None


def test_a_line_is_found_by_its_sku() -> None:
    order = an_order()

    assert order.line("COFFEE-1KG") == order.items[0]
    assert order.line("TEA") is None


@pytest.mark.parametrize("epoch", [1, 3])
def test_only_the_owning_epoch_may_write(epoch: int) -> None:
    order = an_order(epoch=2, order_id="O1")

    order.require_epoch(2)
    with pytest.raises(
        StaleEpoch, match=r"execution . no longer owns the order \(now 2\)"
    ) as error:
        order.require_epoch(epoch)
    assert error.value.order_id == "O1"


def test_the_token_is_not_in_the_orders_representation() -> None:
    assert "secret-token" not in repr(an_order(wait_token="secret-token"))
