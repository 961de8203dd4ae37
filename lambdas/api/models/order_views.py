"""Models of orders. No field contains a token or an e-mail address."""

from typing import Annotated

from pydantic import Field

from lambdas.api.models.inputs import AN_ORDER_ID
from lambdas.api.models.settlement_views import SettlementView
from lambdas.api.models.view import Id, Instant, Minor, Revision, ShownFieldView, View
from lambdas.domain.record.ledger import DisputeStanding, EffectState
from lambdas.domain.record.outcomes import OrderOutcome
from lambdas.domain.record.signals import SignalKind
from lambdas.domain.record.stages import Stage

STAFF_FIELDS = frozenset({"approved_by", "ended_by"})
"""Fields that clients show to approvers and operators only."""


class TotalView(View):
    """An amount of money."""

    amount_minor: Minor
    currency: Annotated[str, Field(description="ISO 4217.", examples=["EUR"])]
    exponent: Annotated[
        int,
        Field(
            description="Decimals of the currency's minor unit: the amount is "
            "`amount_minor` / 10^`exponent` (2500 EUR cents are 25.00, 2500 JPY are 2500).",
            examples=[2],
        ),
    ]


class ItemView(View):
    """One line, with the quoted price."""

    sku: Annotated[str, Field(examples=["COFFEE-1KG"])]
    quantity: Annotated[int, Field(examples=[2])]
    unit_price_minor: Annotated[int, Field(description="Minor units.", examples=[1250])]


class EnrichmentView(View):
    """Findings of the workflow about the order. null: not known (yet)."""

    customer_tier: Annotated[str | None, Field(title="Customer tier", examples=["gold"])]
    inventory_ok: Annotated[bool | None, Field(description="A hint. The reservation decides.")]
    recommendations: Annotated[
        list[str], Field(title="Recommendations", description="SKUs.", examples=[["MUG-RED"]])
    ]


class EffectView(View):
    """One side effect. `intent`: attempted, perhaps done. `undone`: compensated."""

    state: EffectState
    stuck: Annotated[bool, Field(description="The compensation failed; the janitor retries it.")]
    amount_minor: Annotated[int | None, Field(description="Minor units, for payments.")]
    refunded_minor: Annotated[int | None, Field(description="Minor units, for payments.")]
    error: Annotated[
        str | None,
        Field(
            description="Class of the last error of an e-mail. `MailUnsettled` with the state "
            "`intent`: the e-mail may have been sent.",
            examples=["MailRejected"],
        ),
    ]
    delivery: Annotated[
        str | None,
        Field(
            description="What SES reported about an e-mail that it had accepted: `bounced` or "
            "`complained`. null: nothing.",
            examples=["bounced"],
        ),
    ]


class ApprovalsView(View):
    """Approvals of the current lines. A change of the lines makes earlier ones void."""

    given: Annotated[int, Field(examples=[1])]
    needed: Annotated[
        int, Field(description="Different approvers that the total needs.", examples=[1])
    ]


class OrderView(View):
    """The current order (get-status)."""

    order_id: Id
    customer_id: Annotated[str, Field(title="Customer", examples=["alice"])]
    stage: Stage
    items: list[ItemView]
    reserved: Annotated[bool, Field(description="Stock is reserved for the order, or was sold.")]
    payment_approved: bool
    charged: bool
    cancelled: bool
    last_error: Annotated[
        str | None,
        Field(
            description="The recorded cause of the compensation: the class and message of the "
            "error, or the actor who ended the order. `reason` is the sentence for people.",
            examples=["PaymentDeclined: insufficient funds"],
        ),
    ]
    outcome: Annotated[
        OrderOutcome | None,
        Field(
            title="Outcome",
            description="How the order ended: `rejected` by a business rule (no stock, a declined "
            "payment), `declined` by an approver, `expired` without an approval, `cancelled`, or "
            "`failed` by a defect, an outage or an operator's intervention. "
            "`compensation-stuck`: an effect could not be undone, and the janitor tries again. "
            "null while the order is open.",
            examples=["rejected"],
        ),
    ]
    reason_code: Annotated[
        str | None,
        Field(
            description="The reason for programs. null unless the order is compensated.",
            examples=["payment-declined"],
        ),
    ]
    reason: Annotated[
        str | None,
        Field(
            description="Why the order is not completed, in one sentence. null unless the order is "
            "compensated.",
            examples=["The payment was declined."],
        ),
    ]
    approvals: ApprovalsView
    approved_by: Annotated[
        list[str],
        Field(
            title="Approved by",
            description="The user names of the approvers, for approvers and operators. Customers "
            "get no names of staff.",
            examples=[["approver1"]],
        ),
    ]
    ended_by: Annotated[
        str | None,
        Field(
            title="Ended by",
            description="The user name of the caller who cancelled or declined the order. "
            "Customers see only their own name. null if the order did not end so.",
            examples=["operator1"],
        ),
    ]
    settlement: Annotated[
        SettlementView | None,
        Field(
            description="Money that was returned outside the payment provider, for approvers and "
            "operators. null for customers."
        ),
    ]
    dispute: Annotated[
        DisputeStanding | None,
        Field(
            title="Dispute",
            description="The customer's dispute of the payment with the bank. `won`: the amount "
            "stays paid. `lost`: the bank returned it to the customer. Of several disputes `open` "
            "comes first, then `lost`. null: the payment was not disputed.",
        ),
    ]
    payment_pending_until: Annotated[
        Instant | None,
        Field(
            title="Payment pending until",
            description="The provider settles the payment later, at the latest then: the order "
            "waits. null unless the payment is pending.",
        ),
    ]
    refund_pending_until: Annotated[
        Instant | None,
        Field(
            title="Refund pending until",
            description="The provider executes the refund later; after this time operators are "
            "asked to act. null unless the refund is pending.",
        ),
    ]
    enrichment: EnrichmentView
    approval_deadline: Instant | None
    version: Annotated[
        str, Field(title="Workflow version", description="It never changes.", examples=["v2"])
    ]
    revision: Revision
    total: TotalView
    allowed_signals: Annotated[
        list[SignalKind], Field(description="The signals that the order admits now.")
    ]
    ledger: Annotated[dict[str, EffectView], Field(description="Side effects by name.")]
    result: Annotated[
        str | None,
        Field(
            description="The result of the workflow. null while it runs.",
            examples=[f"Order {AN_ORDER_ID} completed (version v2)"],
        ),
    ]
    created_at: Annotated[Instant, Field(title="Placed")]
    updated_at: Annotated[Instant, Field(title="Last change")]


class OrderDetailView(OrderView):
    """The current order, with the fields that clients show."""

    shown_fields: list[ShownFieldView]


class PlacedOrderView(OrderView):
    """The new order, with warnings about the request."""

    warnings: Annotated[list[str], Field(examples=[["workflow version v1 is deprecated: use v2"]])]


class OrdersView(View):
    """One page of orders, newest first (eventually consistent)."""

    orders: list[OrderView]
    next_cursor: Annotated[
        str | None, Field(description="Send it as `cursor`. null: this is the last page.")
    ]


class ItemsView(View):
    """The order's lines (get-items)."""

    order_id: Id
    revision: Revision
    items: list[ItemView]
    total: TotalView


class EventView(View):
    """One event of the order."""

    sequence: Annotated[int, Field(description="Counts from 1 without gaps.", examples=[1])]
    at: Instant
    kind: Annotated[str, Field(examples=["stock-reserved"])]
    stage: Stage
    actor: Annotated[
        str | None,
        Field(
            description="The user name of the sender of the event's signal. Customers see only "
            "their own name. null if the event has no signal.",
            examples=["approver1"],
        ),
    ]
    detail: Annotated[dict[str, str | int], Field(examples=[{"units": 2}])]


class TimelineView(View):
    """The events of the order, oldest first."""

    events: list[EventView]
    omitted_events: Annotated[
        int, Field(description="The number of older events that are left out.")
    ]


class StageCountView(View):
    """The number of orders at a stage."""

    stage: Stage
    orders: int
    exact: Annotated[bool, Field(description="False: `orders` is a minimum.")]


class StagesView(View):
    """Every stage, in the sequence in which orders pass them."""

    stages: list[StageCountView]
