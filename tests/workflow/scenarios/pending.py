"""Scenarios of pending and disputed payments, and of the provider's reports."""

from tests.workflow.scenarios.ends import (
    CANCELLED,
    LOOP,
    PAY,
    REFUNDED,
    REJECTED,
    TO_WAIT,
    UNDO,
    cancelled,
    completed,
    rejected,
)
from tests.workflow.scenarios.scenario import ORDERED, Scenario
from tests.workflow.scenarios.steps import (
    approve,
    at_once,
    bank_decides,
    cancel,
    customer_disputes,
    let_pass,
    provider_never_settles,
    provider_reports,
    provider_settles,
    sweep,
    waits_at,
)

SETTLEMENT_SECONDS = 259_200
TO_PENDING = (*TO_WAIT, *LOOP, "ProcessPayment", "ApplySignals", "RouteDecision")
STILL_PENDING = (*LOOP, "ProcessPayment", "ApplySignals", "RouteDecision")
REFUND_PENDING = (*UNDO, "RouteEnd", "ApplySignals", "RouteDecision")

PENDING = (
    Scenario(
        name="a pending payment without a report is looked up at the time that the provider named",
        payment_method="pm_processing",
        script=(
            approve(),
            waits_at("payment"),
            sweep(),
            let_pass(17),
            waits_at("payment"),
            let_pass(17),
        ),
        ends=completed((*TO_PENDING, *STILL_PENDING, *LOOP, *PAY)),
    ),
    Scenario(
        name="a cancel while the payment is pending is refunded when it settles",
        payment_method="pm_processing",
        script=(
            approve(),
            waits_at("payment"),
            cancel(),
            waits_at("compensating"),
            provider_settles(),
            provider_reports("recorded"),
        ),
        ends=cancelled(
            (*TO_PENDING, *LOOP, *REFUND_PENDING, *LOOP, *CANCELLED),
            outcomes=("applied", "applied"),
            flags=frozenset({"payment_approved", "cancelled"}),
            ledger=REFUNDED,
            payment=(ORDERED, ORDERED),
        ),
    ),
    *(
        Scenario(
            name=f"a cancelled order whose payment is disputed waits for the bank: {end}",
            meanwhile={("after", "ProcessPayment"): at_once(customer_disputes(), cancel())},
            script=(
                approve(),
                provider_reports("recorded"),
                waits_at("compensating"),
                bank_decides(won=end == "won"),
                provider_reports("recorded"),
                provider_reports("nothing"),
            ),
            ends=cancelled(
                (*TO_WAIT, *LOOP, *PAY[:2], *REFUND_PENDING, *LOOP, *CANCELLED),
                outcomes=("applied", "applied"),
                flags=frozenset({"payment_approved", "cancelled"}),
                ledger={**REFUNDED, "dispute": state},
                payment=(ORDERED, refunded),
                messages=messages,
            ),
        )
        for end, state, refunded, messages in (
            ("won", "undone", ORDERED, 1),
            ("lost", "done", 0, 2),
        )
    ),
    Scenario(
        name="a dispute of a part of the payment, and its loss, are reported",
        script=(
            approve(),
            customer_disputes(300),
            provider_reports("recorded"),
            provider_reports("nothing"),
            bank_decides(won=False),
            provider_reports("recorded"),
            provider_reports("nothing"),
            customer_disputes(),
            provider_reports("recorded"),
        ),
        ends=completed(
            ledger={
                "reserve": "done",
                "pay": "done",
                "mail-confirmation": "done",
                "dispute": "done",
                "dispute-2": "intent",
            },
            messages=3,
        ),
    ),
    Scenario(
        name="a payment that is not settled in time is refunded when it settles",
        payment_method="pm_processing",
        script=(
            approve(),
            provider_never_settles(),
            let_pass(17),
            waits_at("payment"),
            let_pass(SETTLEMENT_SECONDS - 10),
            waits_at("compensating"),
            provider_settles(),
            provider_reports("recorded"),
        ),
        ends=rejected(
            (
                *(*TO_PENDING, *STILL_PENDING, *LOOP, "ProcessPayment"),
                *(*REFUND_PENDING, *LOOP, *REJECTED),
            ),
            "PaymentNotSettled: the payment was not settled in time",
            outcomes=("applied",),
            flags=frozenset({"payment_approved"}),
            ledger=REFUNDED,
            payment=(ORDERED, ORDERED),
        ),
    ),
)
