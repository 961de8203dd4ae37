"""Approval links in e-mails. Anyone with a link can view its order; only an approver decides."""

from typing import Annotated, Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Path

from lambdas.api.http.errors import LinkEnded, LinkNotFound, LinkUsed
from lambdas.api.http.identity import Role
from lambdas.api.http.resource import Resource, answer
from lambdas.api.models import inputs, signal_views
from lambdas.api.models.order_presenter import approval_view
from lambdas.api.routes import signals
from lambdas.domain.errors import IdempotencyMismatch, OrderNotFound
from lambdas.domain.mail.links import has_ended, named_order, opens, signal_id
from lambdas.domain.record.order import Order
from lambdas.ulid import is_ulid

approvals = Resource("approvals")

Code = Annotated[
    str,
    Path(description="The code of the link.", examples=["MDFLRFZETkgw" + "A" * 52]),
]


@approvals.operation(
    "GET",
    "/approvals/{code}",
    answers={
        200: (
            "The current order, and whether the link can still approve it.",
            signal_views.LinkView,
        )
    },
    refuses=(404, 410),
)
def get_approval(code: Code) -> Response[Any]:
    """Read the order of a mailed link

    The request changes nothing, so mail scanners may open the link.
    """
    return answer(approval_view(_order(code), approvals.now, signal_id(code)))


@approvals.operation(
    "POST",
    "/approvals/{code}",
    roles=(Role.APPROVER,),
    answers=signals.ANSWERS,
    refuses=(*signals.REFUSES, 410),
    body_limit=inputs.MAX_SIGNAL_BYTES,
)
def approve_by_link(
    code: Code, body: inputs.Approval, prefer: inputs.Prefer = None
) -> Response[Any]:
    """Approve an order's payment by a mailed link

    The same as approve-payment, but a link is valid once. The same approver may repeat the request
    and gets the same answer; any other use of the link is refused (409).
    """
    order = _order(code)
    approval = signals.new_approval(order, signal_id(code), body.revision)
    try:
        return signals.send(order, approval, prefer)
    except IdempotencyMismatch:
        raise LinkUsed("the link was used before") from None


def _order(code: str) -> Order:
    """The order of the link. The error does not reveal whether the order exists."""
    order_id = named_order(code)
    if order_id is None or not is_ulid(order_id):
        raise LinkNotFound("the link leads to no order")
    try:
        order = approvals.workflow.get_status(order_id)
    except OrderNotFound:
        raise LinkNotFound("the link leads to no order") from None
    if not opens(order, code):
        raise LinkNotFound("the link leads to no order")
    if has_ended(order, approvals.now):
        raise LinkEnded("the link has ended with the order's wait for approval")
    return order
