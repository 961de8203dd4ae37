"""Scenarios of payments: captured once, or refunded in full."""

from tests.workflow.scenarios.ends import (
    CANCELLED,
    FAILED,
    LOOP,
    REFUNDED,
    RESUMED,
    TO_WAIT,
    cancelled,
)
from tests.workflow.scenarios.scenario import ORDERED, Scenario
from tests.workflow.scenarios.steps import (
    approve,
    cancel,
    execution_stopped_event,
    let_pass,
    person_refunds,
    provider_recovers,
    provider_reports,
    refund_fails_later,
    sweep,
    waits_at,
)

TO_PAYMENT = (*TO_WAIT, *LOOP, "ProcessPayment")
TO_COMPLETION = (*TO_PAYMENT, "UpdateOrderStatus")
NOT_PAID = {
    "outcomes": ("applied",),
    "flags": frozenset({"payment_approved"}),
    "ledger": REFUNDED,
}
PAID_BACK = {
    "outcomes": ("applied", "applied"),
    "flags": frozenset({"payment_approved", "cancelled"}),
    "ledger": REFUNDED,
    "payment": (ORDERED, ORDERED),
}
STUCK = (*TO_COMPLETION, *FAILED)

CANCELLED_IN_FLIGHT = Scenario(
    name="a cancel while the payment is in flight is refunded",
    script=(approve(),),
    meanwhile={("committing", "ProcessPayment"): cancel()},
    ends=cancelled((*TO_COMPLETION, *CANCELLED), **PAID_BACK),
)

PAYMENTS = (
    CANCELLED_IN_FLIGHT,
    Scenario(
        name="a cancel in the middle of the completing write wins",
        script=(approve(),),
        meanwhile={("committing", "UpdateOrderStatus"): cancel()},
        ends=cancelled((*TO_COMPLETION, *CANCELLED), **PAID_BACK),
    ),
    Scenario(
        name="a refund that fails after the end is a debt until a person refunds it",
        script=(
            approve(),
            waits_at("cancelled"),
            provider_reports("nothing"),
            refund_fails_later(),
            provider_reports("recorded"),
            provider_reports("nothing"),
            person_refunds(ORDERED),
            provider_reports("recorded"),
            provider_reports("nothing"),
            sweep(),
        ),
        meanwhile={("after", "ProcessPayment"): cancel()},
        ends=cancelled(
            (*TO_COMPLETION, *CANCELLED),
            **{
                **PAID_BACK,
                "ledger": {**REFUNDED, "debt": "undone"},
                "messages": 1,
            },
        ),
    ),
    Scenario(
        name="a refund that cannot be made keeps the order open until the provider recovers",
        payment_method="pm_refund_fails",
        meanwhile={("after", "ProcessPayment"): cancel()},
        script=(
            approve(),
            waits_at("compensating"),
            execution_stopped_event("nothing"),
            sweep(),
            let_pass(121),
            sweep(taken_over=1),
            waits_at("compensating"),
            provider_recovers(),
            let_pass(241),
            sweep(taken_over=1),
        ),
        ends=cancelled(
            STUCK,
            paths=(STUCK, (*RESUMED, *FAILED), (*RESUMED, *CANCELLED)),
            statuses=("FAILED", "FAILED", "SUCCEEDED"),
            verdicts=("compensation-stuck", "compensation-stuck", "compensated"),
            retried={"RefundPayment": 12},
            messages=2,
            **PAID_BACK,
        ),
    ),
)
