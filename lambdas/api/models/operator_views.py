"""Models of answers for operators, of the health check and of problems."""

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from lambdas.api.executions.history import Category, Decision
from lambdas.api.executions.outcomes import Verdict
from lambdas.api.executions.state_entries import Progress
from lambdas.api.http.identity import Role
from lambdas.api.models.order_views import Id, Instant, View
from lambdas.domain.record.stages import Stage


class HistoryEventView(View):
    """One event of an execution, without its data. `id` counts from 1 in every execution."""

    epoch: Annotated[int, Field(description="1, and one more for every takeover.", examples=[1])]
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

    epoch: Annotated[int, Field(description="1, and one more for every takeover.", examples=[1])]
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

    epoch: Annotated[int, Field(description="1, and one more for every takeover.", examples=[1])]
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


class TakeoverView(View):
    """A new execution has taken the order over and compensates it."""

    order_id: Id
    stage: Stage
    epoch: Annotated[int, Field(examples=[2])]


class AbortView(View):
    """The execution of the order was stopped."""

    order_id: Id
    stage: Stage
    epoch: Annotated[int, Field(description="The execution that was stopped.", examples=[1])]
    stopped: Annotated[
        bool, Field(description="False: no execution ran; the janitor reconciles the order.")
    ]


class VersionsView(View):
    """Open orders and running executions by version."""

    default_workflow_version: Annotated[str, Field(examples=["v2"])]
    open_orders: Annotated[
        dict[str, int], Field(description="By workflow version.", examples=[{"v1": 3, "v2": 40}])
    ]
    running_executions: Annotated[
        dict[str, int],
        Field(description="By published version of the definition.", examples=[{"7": 43}]),
    ]
    complete: Annotated[bool, Field(description="False: the counts are minimums.")]


class HealthView(View):
    """The function runs."""

    status: Literal["ok"]


class FieldProblemView(View):
    """The problem of one field."""

    field: Annotated[str, Field(examples=["items[0].quantity"])]
    problem: Annotated[str, Field(examples=["Input should be greater than or equal to 1"])]


class ProblemView(View):
    """Why a request was refused (RFC 9457)."""

    model_config = ConfigDict(json_schema_serialization_defaults_required=False)

    type: Annotated[str, Field(examples=["urn:order-workflow:problem:signal-not-admitted"])]
    title: Annotated[str, Field(examples=["The order refused"])]
    status: Annotated[int, Field(examples=[409])]
    detail: Annotated[str, Field(description="What is wrong, in one sentence.")]
    advice: Annotated[
        str,
        Field(
            description="What the client can do (extension member).",
            examples=["Read the order: `allowed_signals` lists what it admits now."],
        ),
    ]
    roles: Annotated[
        list[Role] | None,
        Field(description="The roles that allow the action (403). One of them is enough."),
    ] = None
    stage: Annotated[
        Stage | None, Field(description="The stage of an order that refused (409).")
    ] = None
    errors: Annotated[
        list[FieldProblemView] | None,
        Field(description="The fields (422) or headers (400) that are not valid."),
    ] = None
