"""Stages: how many orders stand where."""

from typing import Any

from aws_lambda_powertools.event_handler import Response

from lambdas.api.identity import Role
from lambdas.api.models import inputs, views
from lambdas.api.resource import Resource, answer
from lambdas.api.routes.orders import listed_customer
from lambdas.domain.stages import Stage

stages = Resource("orders")

COUNTED_AT_MOST = 1_000


@stages.operation(
    "GET",
    "/stages",
    roles=tuple(Role),
    answers={200: ("Every stage with the number of its orders.", views.StagesView)},
    refuses=(422,),
)
def list_stages(customer_id: inputs.OfCustomer = None) -> Response[Any]:
    """Count orders by stage

    Customers count their own; approvers, operators and machine clients all. Eventually
    consistent, and `at_least` where there are too many to count.
    """
    whose = listed_customer(stages.caller, customer_id)
    counts = stages.dependencies.index.counts(customer_id=whose, at_most=COUNTED_AT_MOST)
    full = sum(counts.values()) if whose else 0
    shown = [
        views.StageCountView(
            stage=stage,
            orders=counts.get(stage, 0),
            at_least=max(full, counts.get(stage, 0)) >= COUNTED_AT_MOST,
        )
        for stage in Stage
        if stage is not Stage.NOTIFY
    ]
    return answer(views.StagesView(stages=shown))
