"""Orders: place, list and read them."""

import hashlib
import json
from functools import partial
from typing import Annotated, Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Query

from lambdas.api.http.entity_tags import matches
from lambdas.api.http.errors import RoleMissing
from lambdas.api.http.identity import Principal, Role
from lambdas.api.http.resource import Resource, answer
from lambdas.api.models import inputs, order_views
from lambdas.api.models.order_presenter import (
    ViewContext,
    etag,
    items_view,
    order_detail_view,
    order_view,
    timeline_view,
)
from lambdas.domain.errors import InvalidRequest, NotAllowed
from lambdas.domain.record.ledger import PaymentProblem
from lambdas.domain.record.outcomes import OrderOutcome
from lambdas.domain.record.stages import Stage
from lambdas.domain.steps.start import IdempotencyKey, StartRequest
from lambdas.telemetry import note_order

orders = Resource("orders")
READERS = tuple(Role)


@orders.operation(
    "POST",
    "/orders",
    roles=(Role.CUSTOMER, Role.OPERATOR),
    answers={
        201: ("Placed. Its workflow starts. `Location` is its URL.", order_views.PlacedOrderView),
        200: ("An order of this key exists: its current state.", order_views.PlacedOrderView),
    },
    refuses=(400, 413, 415, 422, 429),
)
def start_order(body: inputs.NewOrder, idempotency_key: inputs.StartKey) -> Response[Any]:
    """Place an order

    The workflow reserves the stock, then waits for approval. Only operators and machine clients
    may order for another customer or select a workflow version.
    """
    customer_id = customer_of(body, orders.caller)
    key = idempotency(body, orders.caller, customer_id, idempotency_key)
    version = body.workflow_version or orders.dependencies.settings.workflow_version
    order, new = orders.workflow.start(_request(body, orders.caller, customer_id, version), key)
    note_order(order)
    headers = {"Location": f"/orders/{order.order_id}"}
    view = order_views.PlacedOrderView.of(
        order_view(order, _view_context()),
        warnings=orders.workflow.versions.warnings(order.version),
    )
    return answer(view, 201 if new else 200, headers)


@orders.operation(
    "GET",
    "/orders",
    roles=READERS,
    answers={200: ("One page of orders, newest first.", order_views.OrdersView)},
    refuses=(422,),
)
def list_orders(
    stage: Annotated[Stage | None, Query(description="Only orders at this stage.")] = None,
    outcome: Annotated[
        OrderOutcome | None, Query(description="Only orders with this outcome.")
    ] = None,
    problem: Annotated[
        PaymentProblem | None,
        Query(
            description="Only ended orders whose customer is owed a refund (`debt`) or disputes "
            "the payment and the bank has not decided (`dispute`), for operators."
        ),
    ] = None,
    customer_id: inputs.OfCustomer = None,
    limit: inputs.Limit = 20,
    cursor: inputs.Cursor = None,
) -> Response[Any]:
    """List orders

    Customers see their own orders; approvers, operators and machine clients see all orders. With
    `outcome` or `problem`, a page may have fewer orders than `limit`, or none, although another
    page follows. With `problem`, the orders that ended or changed last come first.
    """
    whose = listed_customer(orders.caller, customer_id)
    if problem is not None and Role.OPERATOR not in orders.caller.roles:
        raise RoleMissing(
            "only operators list orders with a dispute or a debt (`problem`)", [Role.OPERATOR]
        )
    flow = orders.workflow
    read = flow.list_orders if problem is None else partial(flow.list_problems, problem)
    page = read(stage=stage, outcome=outcome, customer_id=whose, limit=limit, cursor=cursor)
    reading = _view_context()
    shown = [order_view(order, reading) for order in page.orders]
    return answer(order_views.OrdersView(orders=shown, next_cursor=page.cursor))


@orders.operation(
    "GET",
    "/orders/{order_id}",
    roles=READERS,
    answers={
        200: ("The order, with its `ETag`.", order_views.OrderDetailView),
        304: ("Unchanged since the `ETag` in If-None-Match.", None),
    },
    refuses=(404,),
)
def get_status(order_id: inputs.OrderId, if_none_match: inputs.IfNoneMatch = None) -> Response[Any]:
    """Read an order (get-status)

    Returns the current state. The request never waits and never writes.
    """
    order = orders.visible(order_id)
    reading = _view_context()
    tag = etag(order, reading)
    if matches(if_none_match, tag):
        return answer(None, 304, {"ETag": tag})
    return answer(order_detail_view(order, reading), headers={"ETag": tag})


@orders.operation(
    "GET",
    "/orders/{order_id}/items",
    roles=READERS,
    answers={200: ("The lines and their total.", order_views.ItemsView)},
    refuses=(404,),
)
def get_items(order_id: inputs.OrderId) -> Response[Any]:
    """Read an order's lines (get-items)

    An approval names the `revision`.
    """
    return answer(items_view(orders.visible(order_id)))


@orders.operation(
    "GET",
    "/orders/{order_id}/timeline",
    roles=READERS,
    answers={200: ("Its newest events, oldest first.", order_views.TimelineView)},
    refuses=(404,),
)
def get_timeline(order_id: inputs.OrderId) -> Response[Any]:
    """Read the events of an order

    Each event is written in the same transaction as its change. Returns the newest 1,000 events.
    """
    order = orders.visible(order_id)
    return answer(timeline_view(order, orders.workflow.timeline(order_id), orders.caller))


def customer_of(body: inputs.NewOrder, caller: Principal) -> str:
    """The customer of the new order. Raises RoleMissing, InvalidRequest."""
    customer_id = body.customer_id or caller.name
    chooses = customer_id != caller.name or body.workflow_version is not None
    if chooses and not caller.may_name_customers:
        raise RoleMissing(
            "only operators and machine clients may order for others or select a workflow version",
            [Role.OPERATOR],
        )
    if body.customer_id is None and caller.machine:
        raise InvalidRequest("a machine client orders for a customer: `customer_id` is missing")
    return customer_id


def idempotency(
    body: inputs.NewOrder, caller: Principal, customer_id: str, key: str
) -> IdempotencyKey:
    """The caller's key with a hash of the request that does not depend on the JSON formatting.

    A key belongs to the subject: another user may get the name of a deleted one.
    """
    meant = {**body.model_dump(mode="json", exclude_none=True), "customer_id": customer_id}
    canonical = json.dumps(meant, sort_keys=True, separators=(",", ":"))
    fingerprint = hashlib.sha256(canonical.encode()).hexdigest()
    return IdempotencyKey(principal=caller.subject, key=key, fingerprint=fingerprint)


def listed_customer(caller: Principal, customer_id: str | None) -> str | None:
    """The customer whose orders the caller lists; None for all customers. Raises NotAllowed."""
    if caller.sees_all:
        return customer_id
    if customer_id not in (None, caller.name):
        raise NotAllowed("customers list their own orders only: leave `customer_id` out")
    return caller.name


def _view_context() -> ViewContext:
    return ViewContext(
        caller=orders.caller, now=orders.now, limits=orders.dependencies.approval_limits
    )


def _request(
    body: inputs.NewOrder, caller: Principal, customer_id: str, version: str
) -> StartRequest:
    return StartRequest(
        customer_id=customer_id,
        requested_by=customer_id if caller.name == customer_id else caller.subject,
        **body.details(),
        version=version,
        items=tuple((item.sku, item.quantity) for item in body.items),
        traceparent=orders.dependencies.tracing.traceparent(),
    )
