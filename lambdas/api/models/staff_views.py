"""What operators get, and the two answers that have nothing to do with orders."""

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from lambdas.api.history import Category
from lambdas.api.models.views import Id, Instant, View
from lambdas.domain.stages import Stage


class HistoryEventView(View):
    """One event of an execution, without its data. `id` counts from 1 in every execution."""

    epoch: Annotated[int, Field(description="1, and one more for every takeover.", examples=[1])]
    id: int
    type: Annotated[str, Field(examples=["TaskStateEntered"])]
    timestamp: Instant | None
    state: Annotated[str | None, Field(description="If it names one.", examples=["ReserveStock"])]
    error: Annotated[str | None, Field(description="Its name only.", examples=["PaymentDeclined"])]
    category: Category


class HistoryView(View):
    """The events of the order's newest executions, each execution's in order of its events."""

    order_id: Id
    omitted_executions: Annotated[int, Field(description="Older ones that are left out.")]
    events: list[HistoryEventView]


class TakeoverView(View):
    """The order was handed to a new execution, which compensates it."""

    order_id: Id
    stage: Stage
    epoch: Annotated[int, Field(examples=[2])]


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
