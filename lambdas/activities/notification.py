"""Mails to the customer: best effort, and never twice."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from lambdas.domain.changes import Change
from lambdas.domain.errors import CustomerUnknown, MailUnsettled, OrderError
from lambdas.domain.ledger import MAIL_CANCELLATION, MAIL_CONFIRMATION
from lambdas.domain.mails import cancellation_mail, confirmation_mail
from lambdas.domain.notifying import claim_mail, mail_refused, mail_sent
from lambdas.domain.order import Order
from lambdas.domain.task import Task
from lambdas.runtime import Dependencies, activity


@activity
def send_order_confirmation(task: Task, deps: Dependencies) -> Mapping[str, Any]:
    """Confirm a completed order. The answer is the workflow's result."""
    order = _send_once(task, deps, MAIL_CONFIRMATION)
    return {"order_id": order.order_id, "version": order.version, "result": order.result}


@activity
def send_cancellation_email(task: Task, deps: Dependencies) -> None:
    """Tell the customer that the order was not carried out, and why."""
    _send_once(task, deps, MAIL_CANCELLATION)


def _send_once(task: Task, deps: Dependencies, mail: str) -> Order:
    """Claim the mail, send it, record it; give the claim back when it certainly was not sent."""
    mine = False

    def claim(order: Order, now: int) -> Change | None:
        nonlocal mine
        change = claim_mail(order, now, mail)
        mine = change is not None
        return change

    order = deps.orders.change_in_epoch(task, claim)
    if not mine:
        return order
    try:
        customer = deps.customers.find(order.customer_id)
        if customer is None:
            raise CustomerUnknown("the customer's record is gone", order_id=order.order_id)
        deps.notifier.send(customer, *_TEXTS[mail](order))
    except MailUnsettled:
        raise
    except OrderError:
        deps.orders.change_in_epoch(task, partial(mail_refused, mail=mail), seen=order)
        raise
    return deps.orders.change_in_epoch(task, partial(mail_sent, mail=mail), seen=order)


_TEXTS = {MAIL_CONFIRMATION: confirmation_mail, MAIL_CANCELLATION: cancellation_mail}
