"""Models of executions: their events, state entries, metrics and verdicts."""

from typing import Annotated

from pydantic import Field

from lambdas.api.models.view import Id, Instant, View
from lambdas.domain.record.stages import Stage
from lambdas.executions.history import Category, Decision
from lambdas.executions.outcomes import Verdict
from lambdas.executions.state_entries import Progress

Epoch = Annotated[int, Field(description="1, plus 1 for every takeover.", examples=[1])]


class HistoryEventView(View):
    """One event of an execution, without its data. `id` counts from 1 in every execution."""

    epoch: Epoch
    id: int
    type: Annotated[str, Field(examples=["TaskStateEntered"])]
    timestamp: Instant | None
    state: Annotated[str | None, Field(description="Null if none.", examples=["ReserveStock"])]
    error: Annotated[str | None, Field(description="The name.", examples=["PaymentDeclined"])]
    decision: Annotated[
        Decision | None,
        Field(description="The decision of ApplySignals."),
    ]
    category: Category


class StateEntryView(View):
    """One entry into a state of an execution."""

    epoch: Epoch
    state: Annotated[str, Field(examples=["ReserveStock"])]
    type: Annotated[str, Field(description="As in the definition.", examples=["Task"])]
    category: Category
    entered_at: Instant | None
    left_at: Annotated[Instant | None, Field(description="The exit, or the end of the execution.")]
    progress: Progress
    attempts: Annotated[int, Field(description="0 for a state that calls nothing.", examples=[1])]
    error: Annotated[str | None, Field(description="The error name of the newest attempt.")]
    errors: Annotated[
        list[str],
        Field(description="The error names of all attempts.", examples=[["PaymentDeclined"]]),
    ]


class ShareView(View):
    """The part of a category in an execution."""

    events: int
    milliseconds: Annotated[int, Field(description="The time of parallel states counts once.")]


class VerdictView(View):
    """The verdict on an execution, from its history only."""

    epoch: Epoch
    verdict: Verdict
    reason: Annotated[str, Field(examples=["ProcessPayment failed with PaymentDeclined"])]
    started_at: Instant | None
    stopped_at: Instant | None


class ExecutionView(VerdictView):
    """The verdict and the metrics of an execution."""

    categories: Annotated[dict[Category, ShareView], Field(description="Only those with events.")]
    retries: Annotated[dict[str, int], Field(examples=[{"ProcessPayment": 2}])]


class HistoryView(View):
    """The newest executions of the order and their events, by execution and event id."""

    order_id: Id
    omitted_executions: Annotated[
        int, Field(description="The number of older executions that are left out.")
    ]
    executions: list[ExecutionView]
    state_entries: Annotated[
        list[StateEntryView], Field(description="By execution and time of entry.")
    ]
    events: list[HistoryEventView]


class OrderVerdictView(VerdictView):
    """The verdict on an order's newest execution."""

    order_id: Id
    stage: Stage


class VerdictsView(View):
    """One page of verdicts, newest order first."""

    verdicts: list[OrderVerdictView]
    next_cursor: Annotated[
        str | None, Field(description="Send it as `cursor`. null: this is the last page.")
    ]
