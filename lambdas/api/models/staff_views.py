"""What operators get, and the two answers that have nothing to do with orders."""

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from lambdas.api.history import Category, Decision
from lambdas.api.models.views import Id, Instant, View
from lambdas.api.verdicts import Verdict
from lambdas.domain.stages import Stage


class HistoryEventView(View):
    """One event of an execution, without its data. `id` counts from 1 in every execution."""

    epoch: Annotated[int, Field(description="1, and one more for every takeover.", examples=[1])]
    id: int
    type: Annotated[str, Field(examples=["TaskStateEntered"])]
    timestamp: Instant | None
    state: Annotated[str | None, Field(description="If it names one.", examples=["ReserveStock"])]
    error: Annotated[str | None, Field(description="Its name only.", examples=["PaymentDeclined"])]
    decision: Annotated[
        Decision | None,
        Field(description="How an activity let the order go on."),
    ]
    category: Category


class ShareView(View):
    """A category's part of an execution."""

    events: int
    milliseconds: Annotated[int, Field(description="What runs in parallel is counted once.")]


class VerdictView(View):
    """What became of an execution, judged by its history alone."""

    epoch: Annotated[int, Field(description="1, and one more for every takeover.", examples=[1])]
    verdict: Verdict
    reason: Annotated[str, Field(examples=["ProcessPayment failed with PaymentDeclined"])]
    started_at: Instant | None
    stopped_at: Instant | None


class ExecutionView(VerdictView):
    """An execution's verdict and figures."""

    categories: Annotated[dict[Category, ShareView], Field(description="Only those it came to.")]
    retries: Annotated[dict[str, int], Field(examples=[{"ProcessPayment": 2}])]


class HistoryView(View):
    """The order's newest executions and their events, each execution's in order of its events."""

    order_id: Id
    omitted_executions: Annotated[int, Field(description="Older ones that are left out.")]
    executions: list[ExecutionView]
    events: list[HistoryEventView]


class OrderVerdictView(VerdictView):
    """The verdict on an order's newest execution."""

    order_id: Id
    stage: Stage


class VerdictsView(View):
    """One page of verdicts, the newest order first."""

    verdicts: list[OrderVerdictView]
    next_cursor: Annotated[str | None, Field(description="For the next page; null = the last.")]


class TakeoverView(View):
    """The order was handed to a new execution, which compensates it."""

    order_id: Id
    stage: Stage
    epoch: Annotated[int, Field(examples=[2])]


class AbortView(View):
    """The order's execution was asked to stop."""

    order_id: Id
    stage: Stage
    epoch: Annotated[int, Field(description="The execution that was stopped.", examples=[1])]
    stopped: Annotated[
        bool, Field(description="False: none ran; the janitor looks after the order.")
    ]


class VersionsView(View):
    """What runs which version."""

    default_workflow_version: Annotated[str, Field(examples=["v2"])]
    open_orders: Annotated[
        dict[str, int], Field(description="By workflow version.", examples=[{"v1": 3, "v2": 40}])
    ]
    running_executions: Annotated[
        dict[str, int],
        Field(description="By published version of the definition.", examples=[{"7": 43}]),
    ]
    complete: Annotated[bool, Field(description="False: there are more than were counted.")]


class HealthView(View):
    """The function runs."""

    status: Literal["ok"]


class FieldProblemView(View):
    """What is wrong with one field."""

    field: Annotated[str, Field(examples=["items[0].quantity"])]
    problem: Annotated[str, Field(examples=["Input should be greater than or equal to 1"])]


class ProblemView(View):
    """Why a request was refused (RFC 9457)."""

    model_config = ConfigDict(json_schema_serialization_defaults_required=False)

    type: Annotated[str, Field(examples=["urn:order-workflow:problem:signal-not-admitted"])]
    title: Annotated[str, Field(examples=["The order refused"])]
    status: Annotated[int, Field(examples=[409])]
    detail: Annotated[str, Field(description="What is wrong, and what to do about it.")]
    stage: Annotated[Stage | None, Field(description="Where the order refused (409).")] = None
    errors: Annotated[
        list[FieldProblemView] | None, Field(description="The fields at fault (422).")
    ] = None
