"""Models of outside settlements: the operators' request and the answer."""

from typing import Annotated

from pydantic import Field

from lambdas.api.http import field_patterns
from lambdas.api.models.inputs import A_SIGNAL_ID, FreeLine, Request
from lambdas.api.models.view import Id, Instant, Minor, View
from lambdas.domain.record.outside import OutsideSettlement, Settled
from lambdas.domain.record.stages import Stage


class Settlement(Request):
    """Money that was returned, or a dispute that ended, without a report of the provider."""

    settled: Annotated[
        Settled,
        Field(
            description="`refund-paid`: the customer has the money back. `dispute-won`: the bank "
            "ended the dispute, and the amount stays paid. `dispute-lost`: the bank returned "
            "`amount_minor` to the customer."
        ),
    ]
    amount_minor: Annotated[
        int,
        Field(
            strict=True,
            ge=0,
            le=10**15,
            description="Minor units. Of `dispute-won`, the disputed amount. Of a stuck refund, 0 "
            "if nothing is left to return: the provider made the refund, or captured nothing.",
            examples=[2500],
        ),
    ]
    currency: Annotated[
        str, Field(pattern=field_patterns.CURRENCY, description="ISO 4217.", examples=["EUR"])
    ]
    dispute: Annotated[
        str | None,
        Field(
            pattern=field_patterns.DISPUTE,
            description="The entry of the dispute in the ledger. Needed if several are open.",
            examples=["dispute-2"],
        ),
    ] = None
    evidence: FreeLine = Field(
        description="How the money was returned, or how the dispute ended, in one line: the "
        "reference of the bank transfer, or of the bank's letter.",
        examples=["bank transfer 2026-01-02, reference 4711"],
    )
    confirm: Annotated[
        str | None,
        Field(
            max_length=64,
            pattern=field_patterns.SIGNAL_KEY,
            description="The `settlement_id` of another operator's request: confirms it.",
            examples=[A_SIGNAL_ID],
        ),
    ] = None


class SettlementView(View):
    """A settlement outside the payment provider."""

    settlement_id: Annotated[str, Field(examples=[A_SIGNAL_ID])]
    settled: Settled
    amount_minor: Minor
    currency: Annotated[str, Field(examples=["EUR"])]
    dispute: Annotated[str | None, Field(description="The ledger entry of an ended dispute.")]
    evidence: str
    requested_by: Annotated[str, Field(description="The user name.", examples=["operator1"])]
    requested_at: Instant
    confirmed_by: Annotated[
        str | None,
        Field(description="null: it waits for another operator.", examples=["operator2"]),
    ]
    confirmed_at: Instant | None
    confirmation: Annotated[str | None, Field(description="The evidence of the confirmation.")]


class SettledOrderView(View):
    """The order after the request."""

    order_id: Id
    stage: Stage
    settlement: SettlementView


def settlement_view(settlement: OutsideSettlement | None) -> SettlementView | None:
    """The settlement, with the names of the operators."""
    if settlement is None:
        return None
    return SettlementView.of(
        settlement,
        requested_by=settlement.requested_by_name,
        confirmed_by=settlement.confirmed_by_name,
    )
