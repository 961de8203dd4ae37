"""Operations: what the people who run the system do, and the health of the API itself."""

from typing import Any

from aws_lambda_powertools.event_handler import Response

from lambdas.api.identity import Role
from lambdas.api.models import inputs
from lambdas.api.models.staff_views import (
    AbortView,
    HealthView,
    TakeoverView,
    VersionsView,
)
from lambdas.api.resource import Resource, answer
from lambdas.domain.errors import SignalNotAdmitted

operations = Resource("operations")

COUNTED_AT_MOST = 1_000
"""Open orders of a stage, and running executions, that the drain report counts."""


@operations.operation(
    "POST",
    "/ops/orders/{order_id}/compensate",
    roles=(Role.OPERATOR,),
    answers={202: ("Taken over; a new execution compensates it.", TakeoverView)},
    refuses=(404, 409),
)
def compensate(order_id: inputs.OrderId) -> Response[Any]:
    """Take an order over and compensate it

    For an order that hangs. Its execution loses the order; a new one undoes what was done and
    ends it. An order that has ended refuses (409).
    """
    taken = operations.dependencies.janitor.compensate(order_id)
    view = TakeoverView(order_id=order_id, stage=taken.stage, epoch=taken.epoch)
    return answer(view, 202)


@operations.operation(
    "POST",
    "/ops/orders/{order_id}/abort",
    roles=(Role.OPERATOR,),
    answers={202: ("Asked to stop; the janitor compensates the order.", AbortView)},
    refuses=(404, 409),
)
def abort(order_id: inputs.OrderId) -> Response[Any]:
    """Stop an order's execution where it stands

    A hard stop (StopExecution): no step of it runs any more and nothing is undone by it. The
    janitor notices, and compensates the order, because a person stopped it. Where nothing ran
    (`stopped` is false) there is nothing to compensate for: an order that lost its execution
    continues in a new one. To end an order in good order, cancel it instead.
    """
    order = operations.visible(order_id)
    if order.ended:
        raise SignalNotAdmitted(
            f"the order is {order.stage} already: nothing runs that could be stopped",
            order_id=order_id,
            stage=order.stage,
        )
    stopped = operations.dependencies.engine.stop(order)
    if stopped:
        operations.dependencies.janitor.check_soon(order)
    view = AbortView(order_id=order_id, stage=order.stage, epoch=order.epoch, stopped=stopped)
    return answer(view, 202)


@operations.operation(
    "GET",
    "/ops/versions",
    roles=(Role.OPERATOR,),
    answers={200: ("Open orders and executions, counted by version.", VersionsView)},
)
def get_versions() -> Response[Any]:
    """Read what runs which version (drain report)

    A version may be removed once nothing runs it any more.
    """
    dependencies = operations.dependencies
    found = dependencies.index.open_versions(at_most=COUNTED_AT_MOST)
    executions, more = dependencies.executions.running_by_version(COUNTED_AT_MOST)
    return answer(
        VersionsView(
            default_workflow_version=dependencies.settings.default_workflow_version,
            open_orders=dict(found.orders),
            running_executions=dict(executions),
            complete=found.complete and not more,
        )
    )


@operations.operation("GET", "/health", answers={200: ("The function runs.", HealthView)})
def get_health() -> Response[Any]:
    """Say that the API runs

    It reads nothing, so it tells nothing about tables or executions.
    """
    return answer(HealthView(status="ok"))
