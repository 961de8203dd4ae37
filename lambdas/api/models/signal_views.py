"""Models of signals, and of the order of a mailed link."""

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field, create_model

from lambdas.api.models.inputs import A_SIGNAL_ID
from lambdas.api.models.order_views import ItemsView
from lambdas.api.models.view import Id, Instant, View
from lambdas.domain.record.signals import SignalKind, signal_parameters
from lambdas.domain.record.stages import Stage


class SignalView(View):
    """An accepted signal and its outcome."""

    order_id: Id
    signal_id: Annotated[str, Field(examples=[A_SIGNAL_ID])]
    kind: SignalKind
    outcome: Annotated[
        str | None,
        Field(
            description="`applied`, `applied: waiting for a second approver` (an approval of a "
            "total that needs two), `stale` (the lines changed after the named revision), "
            "`superseded` (another decision came first) or `rejected: …`. null while "
            "the signal is pending.",
            examples=["applied"],
        ),
    ]


if TYPE_CHECKING:

    class _Parameters(View): ...
else:
    _Parameters = create_model(
        "_Parameters",
        __base__=View,
        **{name: (kind, ...) for name, kind in signal_parameters().items()},
    )


class SignalDetailView(_Parameters, SignalView):
    """A signal with its parameters. Parameters of other kinds are null."""

    accepted_at: Instant
    actor: Annotated[
        str | None,
        Field(
            description="The user name of the sender. Customers see only their own name.",
            examples=["approver1"],
        ),
    ]


class SignalsView(View):
    """The accepted signals of an order, oldest first."""

    order_id: Id
    signals: list[SignalDetailView]


class LinkView(ItemsView):
    """The order of a mailed link."""

    stage: Stage
    approval_deadline: Instant | None
    link: Annotated[
        Literal["open", "used", "closed"],
        Field(description="`closed`: the order no longer accepts an approval."),
    ]
    outcome: Annotated[
        str | None,
        Field(
            description="The outcome of the link's approval: `applied`, `stale` (the lines had "
            "changed, and the order still waits) or `superseded`. null while it is pending, or if "
            "the link was not used.",
            examples=[None],
        ),
    ]
