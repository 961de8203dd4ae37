"""Sends the confirmation or the cancellation of an ended order again, for an operator."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from lambdas.domain.errors import AddressSuppressed, MailRejected, MailUnsettled
from lambdas.domain.mail.claims import is_claimed_by, record_mail_not_sent, record_mail_sent
from lambdas.domain.mail.rendering import MailTags
from lambdas.domain.mail.resends import (
    ResendRequest,
    claim_resend,
    claimed_name,
    mail_of,
    resend_of,
)
from lambdas.domain.mail.templates import cancellation_mail, confirmation_mail
from lambdas.domain.record.ledger import MAIL_CONFIRMATION, owes
from lambdas.domain.record.order import Order
from lambdas.services.order_writer import OrderWriter

if TYPE_CHECKING:
    from lambdas.domain.ports import CustomerDirectory, Notifier

Send = Callable[[str], None]
"""Sends the e-mail under its name in the ledger."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MailResend:
    """Sends the e-mail about the end of an order. `random_bytes` makes the names of attempts."""

    orders: OrderWriter
    customers: "CustomerDirectory"
    notifier: "Notifier"
    random_bytes: Callable[[int], bytes]

    def resend(self, order_id: str, request_id: str, *, requested_by: str) -> tuple[Order, str]:
        """Send the e-mail, at most once for each request. Returns the order and the name of the
        effect: `done`, or `intent` if it may have been sent (MailUnsettled) or is being sent.

        Everything that may fail is done before the claim, so that little time passes between the
        claim and the sending. Raises OrderNotFound, MailNotDue, AddressSuppressed, MailRejected,
        NotifierUnavailable, StoreUnavailable: the e-mail was not sent.
        """
        order = self.orders.get(order_id)
        known = resend_of(order, request_id)
        claimed = known is not None and owes(order.ledger, known)
        send = None if claimed else self._prepare(order)
        request = ResendRequest(
            request_id=request_id, requested_by=requested_by, claimant=self.random_bytes(8).hex()
        )
        order = self.orders.change(order_id, partial(claim_resend, request=request), seen=order)
        name = claimed_name(order, request_id)
        if send is not None and is_claimed_by(order, name, request.claimant):
            order = self._send(order, name, request.claimant, send)
        return order, name

    def _prepare(self, order: Order) -> Send:
        """The call that sends the e-mail."""
        template = confirmation_mail if mail_of(order) == MAIL_CONFIRMATION else cancellation_mail
        customer = self.customers.find(order.customer_id)
        if customer is None or not customer.email:
            raise MailRejected("the customer has no e-mail address", order_id=order.order_id)
        reason = self.notifier.suppression(customer.email)
        if reason is not None:
            raise AddressSuppressed(
                f"the mail service suppresses the customer's address after a {reason}",
                order_id=order.order_id,
            )
        message = template(order, customer.language, customer.name)
        address = customer.email

        def send(name: str) -> None:
            self.notifier.send(address, *message, MailTags(order.order_id, name))

        return send

    def _send(self, order: Order, name: str, claimant: str, send: Send) -> Order:
        """Send the e-mail and settle the claim."""
        settle = partial(record_mail_sent, mail=name, claimant=claimant)
        try:
            send(name)
        except Exception as error:
            settle = partial(record_mail_not_sent, mail=name, claimant=claimant, error=error)
            order = self.orders.change(order.order_id, settle, seen=order)
            if not isinstance(error, MailUnsettled):
                raise
            return order
        return self.orders.change(order.order_id, settle, seen=order)
