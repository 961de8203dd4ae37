"""Stories of answers that come late, never, or too often, and of writes that meet others."""

from tests.workflow.faults import (
    SDK_ATTEMPTS,
    abandoned,
    answer_lost,
    conflicting,
    overdue,
    refused,
)
from tests.workflow.stories.ends import (
    AFTER_COMPLETION,
    BACK_OFF,
    CANCELLED,
    CONTINUED,
    FAILED,
    LOOP,
    PAY,
    REFUNDED,
    REJECTED,
    TO_WAIT,
    cancelled,
    completed,
    rejected,
)
from tests.workflow.stories.steps import (
    abandoned_calls_wake_up,
    approve,
    cancel,
    let_pass,
    sweep,
    waits_at,
)
from tests.workflow.stories.story import ORDERED, Story

IN_PLACE = 14
"""Attempts of a write within the six seconds in which it is repeated, with the longest pauses."""
TO_PAYMENT = (*TO_WAIT, *LOOP, "ProcessPayment")
TO_COMPLETION = (*TO_PAYMENT, "UpdateOrderStatus")

LOST_ANSWERS = (
    Story(
        name="an order that was completed without an answer stays completed",
        faults=(answer_lost("UpdateOrderStatus", times=5),),
        script=(approve(),),
        ends=completed(
            (*TO_COMPLETION, *BACK_OFF, "RouteDecision", *AFTER_COMPLETION),
            retried={"UpdateOrderStatus": 4},
        ),
    ),
    Story(
        name="a payment that takes longer than its state may is asked for again",
        faults=(overdue("ProcessPayment"),),
        script=(approve(),),
        ends=completed(retried={"ProcessPayment": 1}),
    ),
    Story(
        name="an abandoned charge that wakes up late captures nothing more",
        faults=(abandoned("ProcessPayment", times=5),),
        script=(approve(), abandoned_calls_wake_up(*[None] * 5)),
        ends=completed(
            (*TO_PAYMENT, *BACK_OFF, "RouteDecision", *PAY), retried={"ProcessPayment": 4}
        ),
    ),
    Story(
        name="a completion that is given up for a while does not undo the charge",
        faults=(abandoned("UpdateOrderStatus", times=5),),
        script=(approve(), abandoned_calls_wake_up(*[None] * 5)),
        ends=completed(
            (*TO_COMPLETION, *BACK_OFF, "RouteDecision", *PAY[1:]),
            retried={"UpdateOrderStatus": 4},
        ),
    ),
    Story(
        name="a charged order whose completion meets others for long is completed in the end",
        faults=(conflicting(times=5 * IN_PLACE, state="UpdateOrderStatus"),),
        script=(approve(),),
        ends=completed(
            (*TO_COMPLETION, *BACK_OFF, "RouteDecision", *PAY[1:]),
            retried={"UpdateOrderStatus": 4},
        ),
    ),
    Story(
        name="an abandoned completion that wakes up after a cancel completes nothing",
        faults=(abandoned("UpdateOrderStatus", times=1),),
        meanwhile={("after", "ProcessPayment"): cancel()},
        script=(approve(), abandoned_calls_wake_up("OrderCancelled")),
        ends=cancelled(
            (*TO_COMPLETION, *CANCELLED),
            outcomes=("applied", "applied"),
            flags=frozenset({"payment_approved", "cancelled"}),
            ledger=REFUNDED,
            payment=(ORDERED, ORDERED),
            retried={"UpdateOrderStatus": 1},
        ),
    ),
    Story(
        name="a write that meets other transactions for long is tried again by the state machine",
        faults=(conflicting(times=IN_PLACE, state="ReserveStock"),),
        script=(approve(),),
        ends=completed(retried={"ReserveStock": 1}),
    ),
    Story(
        name="a compensation that could not even begin is taken over",
        payment_method="pm_declined",
        faults=(refused("dynamodb.Query", times=7 * SDK_ATTEMPTS, state="RefundPayment"),),
        script=(approve(), waits_at("payment"), let_pass(121), sweep(resumed=1)),
        ends=rejected(
            (),
            "PaymentDeclined: the payment method was declined",
            paths=((*TO_PAYMENT, *FAILED), (*CONTINUED, "ProcessPayment", *REJECTED)),
            statuses=("FAILED", "SUCCEEDED"),
            verdicts=("compensation-stuck", "rejected"),
            outcomes=("applied",),
            flags=frozenset({"payment_approved"}),
            ledger=REFUNDED,
            retried={"RefundPayment": 6},
        ),
    ),
)
