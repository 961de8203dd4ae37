"""Executions: how far an order's came, what happened in it, and what became of it."""

from typing import Annotated, Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Query

from lambdas.api.identity import Role
from lambdas.api.models import inputs
from lambdas.api.models.graph_views import GraphView
from lambdas.api.models.presenting_history import graph_view, history_view, order_verdict_view
from lambdas.api.models.staff_views import HistoryView, VerdictsView
from lambdas.api.models.texts import WholeNumber
from lambdas.api.resource import Resource, answer
from lambdas.domain.stages import Stage

executions = Resource("executions")

SHOWN_EXECUTIONS = 10
"""Executions that one answer holds; an order has more only after many takeovers."""
FewOrders = Annotated[
    WholeNumber, Query(ge=1, le=20, description="Orders of one page; each history is read for it.")
]


@executions.operation(
    "GET",
    "/orders/{order_id}/execution",
    roles=tuple(Role),
    answers={200: ("The states of its newest execution.", GraphView)},
    refuses=(404,),
)
def get_execution(order_id: inputs.OrderId) -> Response[Any]:
    """Read how far an order's workflow came

    Every state of the definition that the order's newest execution runs, with its ways on and its
    progress. No states: the execution did not begin yet.
    """
    order = executions.visible(order_id)
    reader = executions.dependencies.executions
    definition = reader.definition(order)
    events = () if definition is None else reader.history(order, order.epoch)
    return answer(graph_view(order, definition, events))


@executions.operation(
    "GET",
    "/orders/{order_id}/history",
    roles=(Role.OPERATOR,),
    answers={200: ("Its newest executions, without data.", HistoryView)},
    refuses=(404,),
)
def get_history(order_id: inputs.OrderId) -> Response[Any]:
    """Read the events of an order's executions

    Each event has its category, each execution its verdict and figures. Inputs, outputs, causes
    and tokens are left out.
    """
    order = executions.visible(order_id)
    first = max(1, order.epoch - SHOWN_EXECUTIONS + 1)
    history = executions.dependencies.executions.history
    histories = {epoch: history(order, epoch) for epoch in range(first, order.epoch + 1)}
    return answer(history_view(order_id, histories, omitted=first - 1))


@executions.operation(
    "GET",
    "/ops/verdicts",
    roles=(Role.OPERATOR,),
    answers={200: ("One page of verdicts, the newest order first.", VerdictsView)},
    refuses=(422,),
)
def list_verdicts(
    stage: Annotated[Stage | None, Query(description="Of orders at this stage.")] = None,
    limit: FewOrders = 10,
    cursor: inputs.Cursor = None,
) -> Response[Any]:
    """List what became of orders' executions

    The verdict on each order's newest execution, judged by its history alone.
    """
    page = executions.workflow.list_orders(
        stage=stage, customer_id=None, limit=limit, cursor=cursor
    )
    history = executions.dependencies.executions.history
    verdicts = [order_verdict_view(order, history(order, order.epoch)) for order in page.orders]
    return answer(VerdictsView(verdicts=verdicts, next_cursor=page.cursor))
