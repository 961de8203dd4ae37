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
    RefundResult,
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
from tests.support.builders import a_line, an_order
from tests.support.fakes.fake_clock import NOW


def test_the_amount_is_the_approved_one_and_not_the_total_of_the_lines() -> None:
    order = an_order(Stage.PAYMENT, total=4200)

    changed = replace(order, items=(a_line(quantity=9),))

    assert approved_amount(changed) == Money(4200, "EUR")


@pytest.mark.parametrize("captured", [Money(4199, "EUR"), Money(4201, "EUR"), Money(4200, "USD")])
def test_another_amount_than_the_approved_one_is_never_accepted(captured: Money) -> None:
    order = an_order(Stage.PAYMENT, total=4200)

    require_captured(order, Captured(Money(4200, "EUR")))
    with pytest.raises(PaymentMismatch) as raised:
        require_captured(order, Captured(captured))
    assert raised.value.message == f"the provider captured {captured} instead of 42.00 EUR"
    assert raised.value.order_id == order.order_id


def test_the_approved_amount_is_requested_of_the_orders_customer() -> None:
    order = an_order(Stage.PAYMENT, total=4200)

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


@pytest.mark.parametrize("cancelled_at", [None, NOW])
def test_a_capture_is_recorded_even_if_a_cancel_is_pending(cancelled_at: int | None) -> None:
    order = an_order(Stage.PAYMENT, total=4200, cancel_requested_at=cancelled_at)

    made = record_charge(order, NOW)

    assert made is not None
    assert made.after.charged
    assert made.after.stage is Stage.STATUS_UPDATE
    assert made.after.ledger[PAY].state is EffectState.DONE
    assert [(e.kind, e.detail) for e in made.events] == [
        ("payment-captured", {"amount_minor": 4200})
    ]


def test_a_capture_is_recorded_once() -> None:
    assert record_charge(an_order(Stage.STATUS_UPDATE), NOW) is None


@pytest.mark.parametrize("stage", sorted(set(Stage) - PAYING))
def test_an_order_that_no_longer_pays_records_no_capture(stage: Stage) -> None:
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

    with pytest.raises(error) as raised:
        require_captured(order, result)

    assert (raised.value.order_id, raised.value.message) == (order.order_id, message)


@pytest.mark.parametrize("result", [Refunded(), RefundPending()], ids=str)
def test_a_refund_that_was_accepted_is_no_error(result: RefundResult) -> None:
    require_refunded(an_order(Stage.COMPENSATING), result)


def test_a_refund_that_failed_is_a_transient_error() -> None:
    order = an_order(Stage.COMPENSATING)

    with pytest.raises(ProviderUnavailable) as raised:
        require_refunded(order, RefundFailed("no"))

    assert raised.value.order_id == order.order_id
    assert raised.value.message == "the refund failed: no"


def test_the_reference_leaves_the_rest_of_the_entry_unchanged() -> None:
    order = an_order(Stage.PAYMENT)

    made = record_reference(order, NOW + 5, "pi_1")

    assert made is not None
    assert made.after.ledger[PAY] == replace(order.ledger[PAY], reference="pi_1")
    assert made.events == ()


def test_the_first_recorded_reference_stays() -> None:
    order = an_order(Stage.PAYMENT)
    first = record_reference(order, NOW, "pi_1")

    assert first is not None
    assert record_reference(first.after, NOW, "pi_2") is None


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
