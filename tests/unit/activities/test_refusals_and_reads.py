"""What the errors of activities say, and how often an activity reads its order."""

from collections.abc import Callable
from types import SimpleNamespace

import pytest

from lambdas.activities.approval import apply_signals
from lambdas.activities.enrichment import fetch_customer_profile
from lambdas.activities.notification import send_cancellation_email, send_order_confirmation
from lambdas.activities.payment import process_payment, refund_payment
from lambdas.activity_handler import Handler
from lambdas.domain.errors import MailUnsettled, NotifierUnavailable, OrderError, PaymentPending
from lambdas.domain.record.ledger import EffectState
from lambdas.domain.record.order import Order
from lambdas.domain.record.stages import Stage
from tests.support.builders import a_signal
from tests.support.fakes.fake_directories import FakeCustomers
from tests.support.world import World


def a_customer_without_address(world: World) -> Order:
    world.customers = world.deps.customers = FakeCustomers([])
    return world.place(Stage.COMPENSATING)


def a_customer_that_is_gone(world: World) -> Order:
    world.customers = world.deps.customers = FakeCustomers([])
    return world.place(Stage.START)


def an_unsettled_mail(world: World) -> Order:
    order = world.place(Stage.COMPLETED)
    world.notifier.failures = [MailUnsettled("no answer")]
    with pytest.raises(MailUnsettled, match="no answer"):
        world.run(send_order_confirmation, order)
    return order


def a_mail_in_flight(world: World) -> Order:
    """Another attempt sends the e-mail, and does not come back."""
    order = world.place(Stage.COMPLETED)

    class Crashed(BaseException):
        pass

    def crash(*_: str) -> None:
        raise Crashed

    notifier, world.deps.notifier = world.deps.notifier, SimpleNamespace(send=crash)
    with pytest.raises(Crashed):
        world.run(send_order_confirmation, order)
    world.deps.notifier = notifier
    return order


@pytest.mark.parametrize(
    ("arrange", "activity", "says"),
    [
        (a_customer_without_address, send_cancellation_email, "the customer has no e-mail address"),
        (a_customer_that_is_gone, fetch_customer_profile, "the customer's record is gone"),
        (an_unsettled_mail, send_order_confirmation, "the e-mail may have been sent"),
        (a_mail_in_flight, send_order_confirmation, "another attempt is sending the e-mail"),
    ],
)
def test_an_error_names_its_order_and_says_what_is_wrong(
    world: World, arrange: Callable[[World], Order], activity: Handler, says: str
) -> None:
    order = arrange(world)

    with pytest.raises(OrderError) as raised:
        world.run(activity, order)

    assert (raised.value.message, raised.value.order_id) == (says, order.order_id)


@pytest.mark.parametrize(
    ("stage", "activity"),
    [
        (Stage.AWAITING_APPROVAL, apply_signals),
        (Stage.PAYMENT, process_payment),
        (Stage.COMPLETED, send_order_confirmation),
        (Stage.COMPENSATING, send_cancellation_email),
        (Stage.STATUS_UPDATE, refund_payment),
    ],
)
def test_an_activity_reads_its_order_once(world: World, stage: Stage, activity: Handler) -> None:
    order = world.place(stage)
    if activity is apply_signals:
        world.accept(order, a_signal())
    if activity is refund_payment:
        world.cancel(order)

    assert world.reads(lambda: world.run(activity, order)) == 1
    assert world.now(order).sequence > order.sequence


@pytest.mark.parametrize("stage", [Stage.PAYMENT, Stage.STATUS_UPDATE])
def test_an_activity_whose_payment_is_pending_reads_its_order_once(
    world: World, stage: Stage
) -> None:
    order = world.place(stage, payment_method="pm_processing")
    if stage is Stage.STATUS_UPDATE:
        world.cancel(order)
        world.payments.payments[f"pay:{order.order_id}"].method = "pm_refund_pending"

    def pay_or_refund() -> None:
        if stage is Stage.STATUS_UPDATE:
            world.run(refund_payment, order)
            return
        with pytest.raises(PaymentPending):
            world.run(process_payment, order)

    assert world.reads(pay_or_refund) == 1
    assert world.now(order).settling is not None


def test_an_activity_that_cannot_send_reads_its_order_once(world: World) -> None:
    order = world.place(Stage.COMPLETED)
    world.notifier.failures = [NotifierUnavailable("throttled")]

    def send() -> None:
        with pytest.raises(NotifierUnavailable):
            world.run(send_order_confirmation, order)

    assert world.reads(send) == 1
    assert world.now(order).ledger["mail-confirmation"].state is EffectState.UNDONE
