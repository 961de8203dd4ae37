"""Scenarios of failed services, late and lost answers, and transactions in conflict."""

from tests.workflow.faults import (
    SDK_ATTEMPTS,
    abandoned,
    answer_lost,
    conflicting,
    refused,
    reply_lost,
    throttled_call,
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
from tests.workflow.scenarios.scenario import ORDERED, UNFINISHED, Scenario
from tests.workflow.scenarios.steps import (
    abandoned_calls_wake_up,
    approve,
    cancel,
    delete_customer,
    let_pass,
    sweep,
    waits_at,
)

IN_PLACE = 14
"""Attempts of a write in the six seconds for which a handler repeats it, with the longest delays.
"""
TO_PAYMENT = (*TO_WAIT, *LOOP, "ProcessPayment")
TO_COMPLETION = (*TO_PAYMENT, "UpdateOrderStatus")
AT_ENRICHMENT = ("RouteStart", "EnrichOrder")
BEGIN_BACK_OFF = ("RouteBackOff", "BeginBackOff", "BackOff", "ApplySignals")
UNCONFIRMED = {"reserve": "done", "pay": "done"}

FAILURES = (
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
        name="an abandoned charge that runs later captures nothing more",
        faults=(abandoned("ProcessPayment", times=5),),
        script=(approve(), abandoned_calls_wake_up(*[None] * 5)),
        ends=completed(
            (*TO_PAYMENT, *BACK_OFF, "RouteDecision", *PAY), retried={"ProcessPayment": 4}
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
    Scenario(
        name="an order whose customer cannot be read for a time starts again after a pause",
        faults=(
            refused(
                "dynamodb.GetItem",
                times=5 * SDK_ATTEMPTS,
                state="FetchCustomerProfile",
                table="customers",
            ),
        ),
        script=(approve(),),
        ends=completed(
            (*AT_ENRICHMENT, *BEGIN_BACK_OFF, "RouteDecision", *TO_WAIT, *LOOP, *PAY),
            retried={"FetchCustomerProfile": 4},
        ),
    ),
    Scenario(
        name="an order whose customer is gone fails, and its e-mail is not sent",
        meanwhile={("before", "FetchCustomerProfile"): delete_customer()},
        ends=rejected(
            (*AT_ENRICHMENT, *REJECTED),
            "CustomerUnknown: the customer's record is gone",
            ledger={"mail-cancellation": "undone"},
            mails=(),
            found=UNFINISHED,
        ),
    ),
    Scenario(
        name="a throttled confirmation is sent later and once",
        faults=(throttled_call("sesv2.SendEmail", times=2),),
        script=(approve(),),
        ends=completed(retried={"SendOrderConfirmation": 2}),
    ),
    Scenario(
        name="a confirmation that SES may have sent is not sent again",
        faults=(reply_lost("sesv2.SendEmail", code="InternalServerError", status=500),),
        script=(approve(),),
        ends=completed(
            (*TO_WAIT, *LOOP, *PAY, "CompletedUnconfirmed"),
            ledger={**UNCONFIRMED, "mail-confirmation": "intent"},
        ),
    ),
)
