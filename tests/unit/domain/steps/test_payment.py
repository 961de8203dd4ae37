from dataclasses import replace

import pytest

from lambdas.domain.errors import (
    OrderCancelled,
    OrderError,
    OrderMovedOn,
    PaymentClosed,
    PaymentDeclined,
    PaymentMismatch,
    PaymentPending,
    ProviderUnavailable,
)
from lambdas.domain.payments import (
    ActionRequired,
    Captured,
    CaptureResult,
    Declined,
    Payment,
    PaymentRequest,
    PaymentState,
    Pending,
    Refunded,
    RefundFailed,
    RefundPending,
    Voided,
)
from lambdas.domain.record.ledger import PAY, EffectState
from lambdas.domain.record.money import Money
from lambdas.domain.record.stages import PAYING, Stage
from lambdas.domain.steps.payment import (
    approved_amount,
    order_of_key,
    payment_request,
    record_charge,
    record_reference,
    recorded_reference,
    require_captured,
    require_refunded,
)
from tests.support.builders import a_line, an_order, made
from tests.support.fakes.fake_clock import NOW
from tests.support.raising import raises


@pytest.mark.parametrize("captured", [Money(4199, "EUR"), Money(4201, "EUR"), Money(4200, "USD")])
def test_only_the_approved_amount_is_accepted(captured: Money) -> None:
    order = an_order(Stage.PAYMENT, total=4200)

    require_captured(order, Captured(Money(4200, "EUR")))
    message = f"the provider captured {captured} instead of 42.00 EUR"
    with raises(PaymentMismatch, message, order.order_id):
        require_captured(order, Captured(captured))


def test_the_orders_customer_pays_the_approved_amount_and_not_the_total() -> None:
    order = replace(an_order(Stage.PAYMENT, total=4200), items=(a_line(quantity=9),))

    assert payment_request(order) == PaymentRequest(
        key=f"pay:{order.order_id}",
        customer_id=order.customer_id,
        amount=Money(4200, "EUR"),
        payment_method=order.payment_method,
    )


@pytest.mark.parametrize(
    ("key", "order_id"), [("pay:O1", "O1"), ("pay:O1:x", "O1:x"), ("refund:O1", ""), ("", "")]
)
def test_the_key_of_a_payment_names_its_order(key: str, order_id: str) -> None:
    assert order_of_key(key) == order_id


@pytest.mark.parametrize(("cancelled_at", "total"), [(None, 4200), (NOW, 4200), (None, 0)])
def test_a_capture_is_recorded_once_even_if_a_cancel_is_pending(
    cancelled_at: int | None, total: int
) -> None:
    order = an_order(Stage.PAYMENT, total=total, cancel_requested_at=cancelled_at)

    change = made(record_charge(order, NOW + 5))

    assert change.after.charged
    assert change.after.stage is Stage.STATUS_UPDATE
    entry = change.after.ledger[PAY]
    assert (entry.state, entry.at) == (EffectState.DONE, NOW + 5)
    [event] = change.events
    assert (event.kind, event.detail) == ("payment-captured", {"amount_minor": total})
    assert record_charge(change.after, NOW) is None


@pytest.mark.parametrize("stage", sorted(set(Stage) - PAYING))
def test_no_capture_is_recorded_after_the_payment_stages(stage: Stage) -> None:
    with pytest.raises(OrderMovedOn):
        record_charge(an_order(stage, charged=False), NOW)


@pytest.mark.parametrize(
    ("result", "error", "message"),
    [
        (Declined("insufficient funds"), PaymentDeclined, "insufficient funds"),
        (
            ActionRequired("https://bank.example"),
            PaymentDeclined,
            "the bank asks the customer to authenticate",
        ),
        (Voided(), PaymentClosed, "the payment was voided"),
        (Pending(), PaymentPending, "the payment is pending"),
    ],
    ids=str,
)
def test_every_result_but_a_capture_is_an_error_of_its_order(
    result: CaptureResult, error: type[OrderError], message: str
) -> None:
    order = an_order(Stage.PAYMENT)

    with raises(error, message, order.order_id):
        require_captured(order, result)


def test_a_refund_that_failed_and_was_not_accepted_is_a_transient_error() -> None:
    order = an_order(Stage.COMPENSATING)

    for accepted in (Refunded(), RefundPending()):
        require_refunded(order, accepted)
    with raises(ProviderUnavailable, "the refund failed: no", order.order_id):
        require_refunded(order, RefundFailed("no"))


def test_the_first_recorded_reference_stays_and_leaves_the_rest_of_the_entry_unchanged() -> None:
    order = an_order(Stage.PAYMENT)

    change = made(record_reference(order, NOW + 5, "pi_1"))

    assert change.after.ledger[PAY] == replace(order.ledger[PAY], reference="pi_1")
    assert change.events == ()
    assert record_reference(change.after, NOW, "pi_2") is None


def test_no_reference_is_recorded_once_the_order_is_cancelled_or_moved_on() -> None:
    with pytest.raises(OrderCancelled):
        record_reference(an_order(Stage.PAYMENT, cancel_requested_at=NOW), NOW, "pi_1")
    with pytest.raises(OrderMovedOn):
        record_reference(an_order(Stage.COMPENSATING), NOW, "pi_1")


@pytest.mark.parametrize("state", PaymentState)
def test_a_payment_has_a_result_unless_it_can_still_be_captured(state: PaymentState) -> None:
    payment = Payment(state=state, amount=Money(5, "EUR"), captured_minor=5, refunded_minor=2)

    assert (payment.result is None) == (state in (PaymentState.PREPARED, PaymentState.AUTHORISED))
    assert payment.outstanding_minor == 3


def test_an_intent_without_an_amount_is_no_approval() -> None:
    order = an_order(Stage.PAYMENT)

    with pytest.raises(OrderMovedOn):
        approved_amount(order.with_effect(PAY, replace(order.ledger[PAY], amount_minor=None)))


def test_an_order_that_was_not_approved_has_no_reference() -> None:
    assert recorded_reference(an_order()) is None
