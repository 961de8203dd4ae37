"""Scenarios of late and lost answers, and of transactions in conflict."""

from tests.workflow.faults import (
    SDK_ATTEMPTS,
    abandoned,
    answer_lost,
    conflicting,
    overdue,
    refused,
)
from tests.workflow.scenarios.ends import (
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
from tests.workflow.scenarios.scenario import ORDERED, Scenario
from tests.workflow.scenarios.steps import (
    abandoned_calls_wake_up,
    approve,
    cancel,
    let_pass,
    sweep,
    waits_at,
)

IN_PLACE = 14
"""Attempts of a write in the six seconds for which a handler repeats it, with the longest delays.
"""
TO_PAYMENT = (*TO_WAIT, *LOOP, "ProcessPayment")
TO_COMPLETION = (*TO_PAYMENT, "UpdateOrderStatus")

LOST_ANSWERS = (
    Scenario(
        name="an order that was completed without an answer stays completed",
        faults=(answer_lost("UpdateOrderStatus", times=5),),
        script=(approve(),),
        ends=completed(
            (*TO_COMPLETION, *BACK_OFF, "RouteDecision", *AFTER_COMPLETION),
            retried={"UpdateOrderStatus": 4},
        ),
    ),
    Scenario(
        name="a payment that takes longer than the timeout of its state is retried",
        faults=(overdue("ProcessPayment"),),
        script=(approve(),),
        ends=completed(retried={"ProcessPayment": 1}),
    ),
    Scenario(
        name="an abandoned charge that runs later captures nothing more",
        faults=(abandoned("ProcessPayment", times=5),),
        script=(approve(), abandoned_calls_wake_up(*[None] * 5)),
        ends=completed(
            (*TO_PAYMENT, *BACK_OFF, "RouteDecision", *PAY), retried={"ProcessPayment": 4}
        ),
    ),
    Scenario(
        name="a completion that fails for a time does not undo the charge",
        faults=(abandoned("UpdateOrderStatus", times=5),),
        script=(approve(), abandoned_calls_wake_up(*[None] * 5)),
        ends=completed(
            (*TO_COMPLETION, *BACK_OFF, "RouteDecision", *PAY[1:]),
            retried={"UpdateOrderStatus": 4},
        ),
    ),
    Scenario(
        name="a charged order whose completion conflicts for a time is completed later",
        faults=(conflicting(times=5 * IN_PLACE, state="UpdateOrderStatus"),),
        script=(approve(),),
        ends=completed(
            (*TO_COMPLETION, *BACK_OFF, "RouteDecision", *PAY[1:]),
            retried={"UpdateOrderStatus": 4},
        ),
    ),
    Scenario(
        name="an abandoned completion that runs after a cancel completes nothing",
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
    Scenario(
        name="a write that conflicts for long is retried by the state machine",
        faults=(conflicting(times=IN_PLACE, state="ReserveStock"),),
        script=(approve(),),
        ends=completed(retried={"ReserveStock": 1}),
    ),
    Scenario(
        name="a compensation that could not begin is taken over",
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
