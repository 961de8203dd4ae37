"""Mails to the approver and to the customer: best effort, and never twice."""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from functools import partial
from typing import Any

from lambdas.domain.approval_links import digest, new_code
from lambdas.domain.approving import next_step
from lambdas.domain.asking import mail_due
from lambdas.domain.errors import CustomerUnknown, MailUnsettled, OrderError
from lambdas.domain.ledger import MAIL_CANCELLATION, MAIL_CONFIRMATION
from lambdas.domain.mails import approval_mail, cancellation_mail, confirmation_mail
from lambdas.domain.notifying import claim_mail, is_claimed_by, mail_refused, mail_sent
from lambdas.domain.order import Order
from lambdas.domain.task import Task
from lambdas.runtime import Dependencies, activity


@activity
def request_approval(task: Task, deps: Dependencies) -> Mapping[str, Any]:
    """Ask the approver by mail, with a link of its own in every mail; then say how to wait."""
    order = deps.orders.get(task.order_id)
    mail = mail_due(order, deps.clock.now(), deps.pace.mailed_wait_ms)
    if mail is not None:
        order = _ask(task, deps, mail)
    return asdict(next_step(order, deps.clock.now(), deps.pace, loops=task.loops))


@activity
def send_order_confirmation(task: Task, deps: Dependencies) -> Mapping[str, Any]:
    """Confirm a completed order. The answer is the workflow's result."""
    order = _tell_customer(task, deps, MAIL_CONFIRMATION, confirmation_mail)
    return {"order_id": order.order_id, "version": order.version, "result": order.result}


@activity
def send_cancellation_email(task: Task, deps: Dependencies) -> None:
    """Tell the customer that the order was not carried out, and why."""
    _tell_customer(task, deps, MAIL_CANCELLATION, cancellation_mail)


def _ask(task: Task, deps: Dependencies, mail: str) -> Order:
    settings, code = deps.settings, new_code(task.order_id, deps.random_bytes)
    address, console = settings.require("approver_email"), settings.require("console_url")

    def send(order: Order) -> None:
        link = f"{console}#/approval/{code}"
        deps.notifier.send(address, *approval_mail(order, mail, link))

    return _send_once(task, deps, mail, send, link=digest(code))


def _tell_customer(
    task: Task, deps: Dependencies, mail: str, text: Callable[[Order], tuple[str, str]]
) -> Order:
    def send(order: Order) -> None:
        customer = deps.customers.find(order.customer_id)
        if customer is None:
            raise CustomerUnknown("the customer's record is gone", order_id=order.order_id)
        deps.notifier.send(customer.email, *text(order))

    return _send_once(task, deps, mail, send)


def _send_once(
    task: Task,
    deps: Dependencies,
    mail: str,
    send: Callable[[Order], None],
    link: str | None = None,
) -> Order:
    """Claim the mail, send it, record it; give the claim back when it certainly was not sent."""
    claimant = deps.random_bytes(8).hex()
    order = deps.orders.change_in_epoch(
        task, partial(claim_mail, mail=mail, claimant=claimant, link=link)
    )
    if not is_claimed_by(order, mail, claimant):
        return order
    try:
        send(order)
    except MailUnsettled:
        raise
    except OrderError:
        deps.orders.change_in_epoch(task, partial(mail_refused, mail=mail), seen=order)
        raise
    return deps.orders.change_in_epoch(task, partial(mail_sent, mail=mail), seen=order)
