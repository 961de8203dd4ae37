"""Outcomes: how an order ended and why, derived from its `last_error`.

The table of causes is the only place that relates the text of `last_error` to an outcome, a reason
code and a sentence for people.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple

from lambdas.domain.record.stages import Stage


class OrderOutcome(StrEnum):
    """How an order ended. `compensation-stuck` can still change: the janitor repeats the
    compensation.
    """

    COMPLETED = "completed"
    REJECTED = "rejected"
    """by a business rule"""
    DECLINED = "declined"
    """by an approver"""
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    FAILED = "failed"
    """by a defect, an outage or an operator's intervention"""
    COMPENSATION_STUCK = "compensation-stuck"


STAGE_OF: Mapping[OrderOutcome, Stage] = {
    OrderOutcome.COMPLETED: Stage.COMPLETED,
    OrderOutcome.REJECTED: Stage.FAILED,
    OrderOutcome.DECLINED: Stage.CANCELLED,
    OrderOutcome.EXPIRED: Stage.CANCELLED,
    OrderOutcome.CANCELLED: Stage.CANCELLED,
    OrderOutcome.FAILED: Stage.FAILED,
    OrderOutcome.COMPENSATION_STUCK: Stage.COMPENSATING,
}
"""The stage of the orders with an outcome."""


class Cause(NamedTuple):
    """Why compensation began. `code` is for programs; `sentence` is for people and contains the
    words of the actor at `{words}`.
    """

    outcome: OrderOutcome
    code: str
    sentence: str


CANCELLED, DECLINED = "cancelled", "declined"
"""Causes that are followed by the reason of the signal: `cancelled: changed my mind`."""
EXPIRED = "approval timeout"
BY_OPERATOR = "compensated by an operator"
STOPPED = "the execution stopped"
TECHNICAL_REASON = "A technical problem on our side prevented the order."

_UNKNOWN = Cause(OrderOutcome.FAILED, "technical-problem", TECHNICAL_REASON)
_CAUSES: Mapping[str, Cause] = {
    CANCELLED: Cause(
        OrderOutcome.CANCELLED, "cancel-requested", "The order was cancelled: {words}"
    ),
    DECLINED: Cause(
        OrderOutcome.DECLINED, "declined-by-approver", "The order was declined: {words}"
    ),
    EXPIRED: Cause(OrderOutcome.EXPIRED, "approval-timeout", "The order was not approved in time."),
    "InsufficientStock": Cause(
        OrderOutcome.REJECTED, "out-of-stock", "An item of the order is out of stock."
    ),
    "PaymentDeclined": Cause(
        OrderOutcome.REJECTED, "payment-declined", "The payment was declined."
    ),
    "PaymentClosed": Cause(
        OrderOutcome.REJECTED,
        "payment-closed",
        "The payment expired or was cancelled at the payment provider.",
    ),
    "PaymentNotSettled": Cause(
        OrderOutcome.REJECTED, "payment-not-settled", "The payment was not settled in time."
    ),
    "CustomerUnknown": Cause(
        OrderOutcome.REJECTED, "unknown-customer", "The customer is not registered."
    ),
    "PaymentMismatch": Cause(OrderOutcome.FAILED, "payment-mismatch", TECHNICAL_REASON),
    "ProviderUnavailable": Cause(OrderOutcome.FAILED, "payment-unavailable", TECHNICAL_REASON),
    BY_OPERATOR: Cause(
        OrderOutcome.FAILED, "stopped-by-operator", "The order was stopped by our staff."
    ),
    STOPPED: Cause(OrderOutcome.FAILED, "execution-stopped", TECHNICAL_REASON),
}
"""By the part of `last_error` before the first colon."""


def cause_of(last_error: str) -> Cause:
    """The cause that a `last_error` names. Any other error is a technical problem."""
    return _CAUSES.get(last_error.partition(": ")[0], _UNKNOWN)


def sentence_of(last_error: str) -> str:
    """The cause in one sentence. The words of an actor are not escaped here."""
    return cause_of(last_error).sentence.format(words=last_error.partition(": ")[2])
