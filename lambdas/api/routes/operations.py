"""Operations: what the people who run the system need, and the health of the API itself."""

from typing import Any

from aws_lambda_powertools.event_handler import Response

from lambdas.api.identity import Role
from lambdas.api.models import inputs
from lambdas.api.models.presenting import history_event_views
from lambdas.api.models.staff_views import HealthView, HistoryView, TakeoverView
from lambdas.api.resource import Resource, answer

operations = Resource("operations")

SHOWN_EXECUTIONS = 10
"""Executions that one answer holds; an order has more only after many takeovers."""


@operations.operation(
    "GET",
    "/orders/{order_id}/history",
    roles=(Role.OPERATOR,),
    answers={200: ("Its newest executions, without data.", HistoryView)},
    refuses=(404,),
)
def get_history(order_id: inputs.OrderId) -> Response[Any]:
    """Read the events of an order's executions

    Each event has its category. Inputs, outputs, causes and tokens are left out.
    """
    order = operations.visible(order_id)
    first = max(1, order.epoch - SHOWN_EXECUTIONS + 1)
    history = operations.dependencies.engine.history
    shown = [
        event
        for epoch in range(first, order.epoch + 1)
        for event in history_event_views(epoch, history(order, epoch))
    ]
    return answer(HistoryView(order_id=order_id, omitted_executions=first - 1, events=shown))


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


@operations.operation("GET", "/health", answers={200: ("The function runs.", HealthView)})
def get_health() -> Response[Any]:
    """Say that the API runs

    It reads nothing, so it tells nothing about tables or executions.
    """
    return answer(HealthView(status="ok"))
