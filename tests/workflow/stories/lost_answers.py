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
    FAILED,
    LOOP,
    REFUNDED,
    RESUMED,
    TO_WAIT,
    UNDO,
    completed,
    failed,
)
from tests.workflow.stories.steps import (
    abandoned_calls_wake_up,
    approve,
    let_pass,
    sweep,
    waits_at,
)
from tests.workflow.stories.story import ORDERED, Story

TO_PAYMENT = (*TO_WAIT, *LOOP, "ProcessPayment")
TO_COMPLETION = (*TO_PAYMENT, "UpdateOrderStatus")

LOST_ANSWERS = (
    Story(
        name="an order that was completed without an answer stays completed",
        faults=(answer_lost("UpdateOrderStatus", times=5),),
        script=(approve(),),
        ends=completed(
            (*TO_COMPLETION, *UNDO, "RouteEnd", "SendOrderConfirmation"),
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
        name="an abandoned charge that wakes up late captures nothing",
        faults=(abandoned("ProcessPayment", times=5),),
        script=(approve(), abandoned_calls_wake_up(*["OrderMovedOn"] * 5)),
        ends=failed(
            (*TO_PAYMENT, *FAILED),
            "Sandbox.Timedout",
            verdicts=("infrastructure",),
            outcomes=("applied",),
            flags=frozenset({"payment_approved"}),
            ledger=REFUNDED,
            retried={"ProcessPayment": 4},
        ),
    ),
    Story(
        name="an abandoned completion that wakes up after the refund completes nothing",
        faults=(abandoned("UpdateOrderStatus", times=5),),
        script=(approve(), abandoned_calls_wake_up(*["OrderMovedOn"] * 5)),
        ends=failed(
            (*TO_COMPLETION, *FAILED),
            "Sandbox.Timedout",
            verdicts=("infrastructure",),
            outcomes=("applied",),
            flags=frozenset({"payment_approved"}),
            ledger=REFUNDED,
            payment=(ORDERED, ORDERED),
            retried={"UpdateOrderStatus": 4},
        ),
    ),
    Story(
        name="a write that meets another transaction is repeated without a state transition",
        faults=(conflicting(times=7, state="ReserveStock"),),
        script=(approve(),),
        ends=completed(),
    ),
    Story(
        name="a write that meets other transactions for long is tried again by the state machine",
        faults=(conflicting(times=8, state="ReserveStock"),),
        script=(approve(),),
        ends=completed(retried={"ReserveStock": 1}),
    ),
    Story(
        name="a compensation that could not even begin is taken over",
        payment_method="pm_declined",
        faults=(refused("dynamodb.GetItem", times=7 * SDK_ATTEMPTS, state="RefundPayment"),),
        script=(approve(), waits_at("payment"), let_pass(121), sweep(taken_over=1)),
        ends=failed(
            (*TO_PAYMENT, *FAILED),
            "the execution stopped",
            paths=((*TO_PAYMENT, *FAILED), (*RESUMED, *FAILED)),
            statuses=("FAILED", "FAILED"),
            verdicts=("compensation-stuck", "compensated"),
            outcomes=("applied",),
            flags=frozenset({"payment_approved"}),
            ledger=REFUNDED,
            retried={"RefundPayment": 6},
            messages=1,
        ),
    ),
)
