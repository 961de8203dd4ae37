"""Stages: the number of orders at each stage."""

from typing import Any

from aws_lambda_powertools.event_handler import Response

from lambdas.api.http.identity import Role
from lambdas.api.http.resource import Resource, answer
from lambdas.api.models import inputs, order_views
from lambdas.api.routes.orders import listed_customer

stages = Resource("orders")

COUNTED_AT_MOST = 1_000


@stages.operation(
    "GET",
    "/stages",
    roles=tuple(Role),
    answers={200: ("Every stage with the number of its orders.", order_views.StagesView)},
    refuses=(422,),
)
def list_stages(customer_id: inputs.OfCustomer = None) -> Response[Any]:
    """Count orders by stage

    Customers count their own orders; approvers, operators and machine clients count all orders.
    The counts are eventually consistent. Each one stops at 1,000 orders; then `exact` is false.
    """
    whose = listed_customer(stages.caller, customer_id)
    counts = stages.dependencies.index.counts(customer_id=whose, at_most=COUNTED_AT_MOST)
    shown = [
        order_views.StageCountView(stage=stage, orders=count.orders, exact=count.exact)
        for stage, count in counts.items()
    ]
    return answer(order_views.StagesView(stages=shown))
