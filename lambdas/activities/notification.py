"""E-mails to the approver and to the customer: best effort, each at most once."""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from functools import partial
from typing import Any

from lambdas.activity_handler import activity
from lambdas.dependencies import Dependencies
from lambdas.domain.errors import MailRejected, MailUnsettled, NotifierUnavailable
from lambdas.domain.mail.claims import (
    claim_mail,
    is_claimed_by,
    is_in_flight,
    is_unsettled,
    record_mail_not_sent,
    record_mail_sent,
)
from lambdas.domain.mail.links import digest, new_code
from lambdas.domain.mail.reminders import mail_due
from lambdas.domain.mail.rendering import MailTags, Message
from lambdas.domain.mail.templates import approval_mail, cancellation_mail, confirmation_mail
from lambdas.domain.record.ledger import MAIL_CANCELLATION, MAIL_CONFIRMATION
from lambdas.domain.record.order import Order
from lambdas.domain.steps.wait import next_step
from lambdas.domain.task import Task

SETTLING_MS = 8_000
"""How long an attempt waits until another attempt settles its claim. Together with the four retries
of the state machine this is longer than the lifetime of a claim, so the last retry finds every
claim settled or expired. A longer wait would leave no time to send before the function's timeout.
"""
SETTLING_POLL_SECONDS = 1


@activity
def request_approval(task: Task, deps: Dependencies) -> Mapping[str, Any]:
    """Send the approver an e-mail with a new link, if one is due. Returns the next step."""
    order = deps.orders.get(task.order_id)
    order.require_epoch(task.epoch)
    mail = mail_due(order, deps.clock.now(), deps.wait_policy.mailed_wait_ms)
    if mail is not None:
        order = _send_to_approver(task, deps, mail)
    now, back_off = deps.clock.now(), task.back_off_seconds
    return asdict(
        next_step(order, now, deps.wait_policy, loops=task.loops, back_off_seconds=back_off)
    )


@activity
def send_order_confirmation(task: Task, deps: Dependencies) -> Mapping[str, Any]:
    """Send the confirmation of a completed order. Returns the result of the workflow."""
    order = _send_to_customer(task, deps, MAIL_CONFIRMATION, confirmation_mail)
    return {"order_id": order.order_id, "version": order.version, "result": order.result}


@activity
def send_cancellation_email(task: Task, deps: Dependencies) -> None:
    """Send the customer the reason why the order was not completed."""
    _send_to_customer(task, deps, MAIL_CANCELLATION, cancellation_mail)


def _send_to_approver(task: Task, deps: Dependencies, mail: str) -> Order:
    settings, code = deps.settings, new_code(task.order_id, deps.random_bytes)
    address, console = settings.require("approver_email"), settings.require("console_url")

    def send(order: Order) -> None:
        link = f"{console}#/approval/{code}"
        deps.notifier.send(
            address, *approval_mail(order, mail, link), MailTags(order.order_id, mail)
        )

    return _send_once(task, deps, mail, send, link=digest(code))


def _send_to_customer(
    task: Task, deps: Dependencies, mail: str, text: Callable[[Order, str, str], Message]
) -> Order:
    def send(order: Order) -> None:
        customer = deps.customers.find(order.customer_id)
        if customer is None or not customer.email:
            raise MailRejected("the customer has no e-mail address", order_id=order.order_id)
        message = text(order, customer.language, customer.name)
        deps.notifier.send(customer.email, *message, MailTags(order.order_id, mail))

    return _send_once(task, deps, mail, send)


def _send_once(
    task: Task,
    deps: Dependencies,
    mail: str,
    send: Callable[[Order], None],
    link: str | None = None,
) -> Order:
    """Claim the e-mail, send it, and settle the claim.

    Raises NotifierUnavailable while another attempt holds the claim, because that attempt may still
    release it, and MailUnsettled if the e-mail may have been sent.
    """
    claimant = deps.random_bytes(8).hex()
    order = _claim(task, deps, mail, claimant, link)
    if not is_claimed_by(order, mail, claimant):
        if is_unsettled(order, mail):
            raise MailUnsettled("the e-mail may have been sent", order_id=order.order_id)
        return order
    try:
        send(order)
    except Exception as error:
        not_sent = partial(record_mail_not_sent, mail=mail, claimant=claimant, error=error)
        deps.orders.change_in_epoch(task, not_sent, seen=order)
        raise
    sent = partial(record_mail_sent, mail=mail, claimant=claimant)
    return deps.orders.change_in_epoch(task, sent, seen=order)


def _claim(task: Task, deps: Dependencies, mail: str, claimant: str, link: str | None) -> Order:
    """The order, as soon as the e-mail is claimed by this attempt, settled, or no longer valid."""
    claim = partial(claim_mail, mail=mail, claimant=claimant, link=link)
    give_up_at = deps.clock.now() + SETTLING_MS
    while True:
        order = deps.orders.change_in_epoch(task, claim)
        if is_claimed_by(order, mail, claimant) or not is_in_flight(order, mail):
            return order
        if deps.clock.now() >= give_up_at:
            raise NotifierUnavailable(
                "another attempt is sending the e-mail", order_id=order.order_id
            )
        deps.clock.sleep(SETTLING_POLL_SECONDS)
