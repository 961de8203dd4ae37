"""Drills of the alarms on orders and their payments."""

from lambdas.activities.inventory import release_stock
from lambdas.activities.notification import send_order_confirmation
from lambdas.activities.order_status import close_order
from lambdas.activities.payment import refund_payment
from lambdas.domain.errors import MailRejected
from lambdas.domain.payment_webhook import PaymentReport
from lambdas.domain.payments import DisputeState
from lambdas.domain.record.money import Money
from lambdas.domain.record.stages import Stage
from lambdas.handlers import comparison_handler, webhook_handler
from tests.drills.alarm_drills import alarm_drill
from tests.drills.fault import Fault


class Webhook:
    """The provider reports that one payment changed."""

    def __init__(self, reference: str) -> None:
        self._reference = reference

    def read(self, _body: str, _headers: object) -> PaymentReport:
        return PaymentReport("evt_1", "payment.changed", self._reference)


@alarm_drill("CompensationStuck", "the payment provider refuses a refund")
def refuse_refund(fault: Fault) -> None:
    order = fault.world.place(Stage.STATUS_UPDATE)
    fault.world.cancel(order)
    fault.world.payments.payments[f"pay:{order.order_id}"].method = "pm_refund_rejected"
    for activity in (refund_payment, release_stock, close_order):
        fault.run_activity(activity, order.order_id)


@alarm_drill("LedgerMismatch", "units that an order holds were removed from the inventory by hand")
def remove_held_units(fault: Fault) -> None:
    order = fault.world.place(Stage.COMPENSATING)
    fault.world.inventory.by_sku[order.items[0].sku].held = 0
    fault.run_activity(release_stock, order.order_id)


@alarm_drill("EmailsFailing", "SES refuses an e-mail")
def refuse_email(fault: Fault) -> None:
    order = fault.world.place(Stage.COMPLETED)
    fault.world.notifier.failures.append(MailRejected("the address is not verified"))
    fault.run_activity(send_order_confirmation, order.order_id)


@alarm_drill("PaymentsDisputed", "a customer disputes a payment with the bank")
def dispute_payment(fault: Fault) -> None:
    order = fault.world.place(Stage.COMPLETED)
    reference = f"pay:{order.order_id}"
    fault.world.payments.payments[reference].dispute(DisputeState.OPEN)
    _report(fault, reference)


@alarm_drill("RefundsFailingLater", "the bank returns a refund after the order has ended")
def return_refund(fault: Fault) -> None:
    order = fault.world.place(Stage.STATUS_UPDATE)
    fault.world.cancel(order)
    for activity in (refund_payment, release_stock, close_order):
        fault.run_activity(activity, order.order_id)
    reference = f"pay:{order.order_id}"
    fault.world.payments.payments[reference].refunds = {}
    _report(fault, reference)


@alarm_drill("PaymentsDiffer", "a payment of a completed order is refunded by hand")
def refund_by_hand(fault: Fault) -> None:
    order = fault.world.place(Stage.COMPLETED)
    amount = Money(300, order.currency)
    fault.world.payments.refund("by hand", f"pay:{order.order_id}", amount)
    fault.world.clock.advance(86_400)
    fault.invoke("compare-payments", comparison_handler.compare, {}, comparison_handler)


def _report(fault: Fault, reference: str) -> None:
    fault.world.deps.payment_webhook = Webhook(reference)
    event = {"body": "{}", "isBase64Encoded": False, "headers": {}}
    fault.invoke("payment-webhook", webhook_handler.receive, event, webhook_handler)
