"""Executions of orders: their progress, their events and their verdicts."""

from collections.abc import Sequence
from typing import Annotated, Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Query

from lambdas.api.executions.history_tags import current_tag, history_tag
from lambdas.api.http.field_patterns import WholeNumber
from lambdas.api.http.identity import Role
from lambdas.api.http.resource import Resource, answer
from lambdas.api.models import inputs
from lambdas.api.models.execution_presenter import (
    graph_view,
    history_view,
    order_verdict_view,
)
from lambdas.api.models.execution_views import HistoryView, VerdictsView
from lambdas.api.models.graph_views import GraphView
from lambdas.domain.errors import StoreUnavailable
from lambdas.domain.executions import ExecutionOutcome
from lambdas.domain.record.order import Order
from lambdas.domain.record.stages import Stage
from lambdas.executions.export import events_of
from lambdas.executions.history import HistoryEvent, redact
from lambdas.executions.outcomes import has_ended, outcome
from lambdas.telemetry import report_recovered

executions = Resource("executions")

SHOWN_EXECUTIONS = 10
"""Maximum number of executions in an answer. Only many takeovers create more."""
FewOrders = Annotated[
    WholeNumber, Query(ge=1, le=20, description="Maximum number of orders in a page.")
]
UNCHANGED = ("Unchanged since the `ETag` in If-None-Match.", None)


@executions.operation(
    "GET",
    "/orders/{order_id}/execution",
    roles=tuple(Role),
    answers={
        200: ("The states of its newest execution, with an `ETag`.", GraphView),
        304: UNCHANGED,
    },
    refuses=(404,),
)
def get_execution(
    order_id: inputs.OrderId, if_none_match: inputs.IfNoneMatch = None
) -> Response[Any]:
    """Read the progress of an order's workflow

    Returns every state of the definition that the newest execution of the order runs, with its
    transitions and its progress. An empty list means that the execution has not started yet. Send
    the `ETag` in the next request: the answer shows a change of the order at once, and a change of
    only the execution after some seconds.
    """
    order, now = executions.visible(order_id), executions.now
    if held := current_tag(if_none_match, order, now):
        return answer(None, 304, {"ETag": held})
    definition = executions.dependencies.executions.definition(order)
    events = () if definition is None else _events(order, order.epoch)
    tag = history_tag(order, now, ended=has_ended(events))
    return answer(graph_view(order, definition, events), headers={"ETag": tag})


@executions.operation(
    "GET",
    "/orders/{order_id}/history",
    roles=(Role.OPERATOR,),
    answers={
        200: ("Its newest executions, without data, with an `ETag`.", HistoryView),
        304: UNCHANGED,
    },
    refuses=(404,),
)
def get_history(
    order_id: inputs.OrderId, if_none_match: inputs.IfNoneMatch = None
) -> Response[Any]:
    """Read the events of an order's executions

    Each event has its category, each execution its verdict and metrics. Inputs, outputs, causes
    and tokens are left out. Send the `ETag` in the next request.
    """
    order, now = executions.visible(order_id), executions.now
    if held := current_tag(if_none_match, order, now):
        return answer(None, 304, {"ETag": held})
    first = max(1, order.epoch - SHOWN_EXECUTIONS + 1)
    histories = {epoch: _events(order, epoch) for epoch in range(first, order.epoch + 1)}
    tag = history_tag(order, now, ended=all(map(has_ended, histories.values())))
    return answer(history_view(order_id, histories, omitted=first - 1), headers={"ETag": tag})


@executions.operation(
    "GET",
    "/ops/verdicts",
    roles=(Role.OPERATOR,),
    answers={200: ("One page of verdicts, newest order first.", VerdictsView)},
    refuses=(422,),
)
def list_verdicts(
    stage: Annotated[Stage | None, Query(description="Only orders at this stage.")] = None,
    limit: FewOrders = 10,
    cursor: inputs.Cursor = None,
) -> Response[Any]:
    """List the verdicts on executions

    Returns the verdict on the newest execution of each order, from its history only. The verdict
    on an ended execution is stored when it is first read.
    """
    page = executions.workflow.list_orders(
        stage=stage, customer_id=None, limit=limit, cursor=cursor
    )
    known = executions.dependencies.outcomes.find([(o.order_id, o.epoch) for o in page.orders])
    verdicts = [
        order_verdict_view(order, known.get(order.order_id) or _classify(order))
        for order in page.orders
    ]
    return answer(VerdictsView(verdicts=verdicts, next_cursor=page.cursor))


def _classify(order: Order) -> ExecutionOutcome:
    """Classify the order's execution by its history, and store the outcome if it is final."""
    events = _events(order, order.epoch)
    found = outcome(order.order_id, order.epoch, events)
    if has_ended(events):
        try:
            executions.dependencies.outcomes.add(found)
        except StoreUnavailable as error:
            report_recovered(error)
    return found


def _events(order: Order, epoch: int) -> Sequence[HistoryEvent]:
    """Return the events of an execution, from its export if Step Functions no longer has it."""
    events = list(redact(executions.dependencies.executions.history(order, epoch)))
    if events or not (order.ended or epoch < order.epoch):
        return events
    return events_of(executions.dependencies.histories.find(order.order_id, epoch))
