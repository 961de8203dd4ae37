"""The shape of an execution's state machine, as it is drawn."""

from typing import Annotated, Literal

from pydantic import Field

from lambdas.api.graph import Progress
from lambdas.api.history import Category
from lambdas.api.models.views import Id, Instant, View
from lambdas.domain.stages import Stage


class WayView(View):
    """A way on from a state."""

    to: Annotated[str, Field(description="The state it leads to.", examples=["AwaitSignal"])]
    kind: Literal["next", "choice", "default", "catch"]


class StateView(View):
    """One state of the definition, and how far it came."""

    name: Annotated[str, Field(examples=["ReserveStock"])]
    type: Annotated[str, Field(examples=["Task"])]
    comment: str
    category: Category
    inside: Annotated[str | None, Field(description="The Parallel state that holds it.")]
    ways: list[WayView]
    ends: Annotated[bool, Field(description="The execution, or its branch, ends here.")]
    progress: Progress
    visits: int
    error: Annotated[str | None, Field(description="Of its newest attempt; the name only.")]
    entered_at: Annotated[Instant | None, Field(description="Of the newest visit.")]
    left_at: Instant | None


class GraphView(View):
    """The state machine of an order's newest execution, in the order of its definition."""

    order_id: Id
    epoch: Annotated[int, Field(description="1, and one more for every takeover.", examples=[1])]
    stage: Stage
    looked_at: Annotated[
        Instant | None, Field(description="When an approver last looked, to the minute.")
    ]
    start_at: Annotated[str | None, Field(examples=["RouteStart"])]
    states: list[StateView]
