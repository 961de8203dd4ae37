"""Views of the state machine of an execution."""

from typing import Annotated, Literal

from pydantic import Field

from lambdas.api.models.execution_views import Epoch
from lambdas.api.models.view import Id, Instant, View
from lambdas.domain.record.stages import Stage
from lambdas.executions.history import Category
from lambdas.executions.state_entries import Progress


class TransitionView(View):
    """A transition from a state."""

    to: Annotated[str, Field(description="The next state.", examples=["AwaitSignal"])]
    kind: Literal["next", "choice", "default", "catch"]


class StateView(View):
    """One state of the definition, and its progress."""

    name: Annotated[str, Field(examples=["ReserveStock"])]
    type: Annotated[str, Field(examples=["Task"])]
    comment: str
    category: Category
    inside: Annotated[str | None, Field(description="The Parallel state that contains it.")]
    transitions: list[TransitionView]
    ends: Annotated[bool, Field(description="The execution, or its branch, ends with this state.")]
    progress: Progress
    entries: Annotated[int, Field(description="How often the state was entered.")]
    attempts: Annotated[int, Field(description="The attempts of the newest entry.")]
    error: Annotated[str | None, Field(description="The error name of the newest attempt.")]
    entered_at: Annotated[Instant | None, Field(description="The newest entry.")]
    left_at: Annotated[Instant | None, Field(description="The exit, or the end of the execution.")]


class GraphView(View):
    """The state machine of an order's newest execution, in the sequence of its definition."""

    order_id: Id
    epoch: Epoch
    stage: Stage
    last_heartbeat_at: Annotated[
        Instant | None, Field(description="The last heartbeat of an approver, to the minute.")
    ]
    start_at: Annotated[str | None, Field(examples=["RouteStart"])]
    states: list[StateView]
