"""Outside settlements: two operators end a refund that the payment provider cannot make, or a
dispute whose end it does not report.
"""

from functools import partial
from typing import Any

from aws_lambda_powertools.event_handler import Response

from lambdas.api.http.identity import Role
from lambdas.api.http.resource import Resource, answer
from lambdas.api.models import inputs
from lambdas.api.models.settlement_views import SettledOrderView, Settlement, settlement_view
from lambdas.domain.record.order import Order
from lambdas.domain.record.outside import OutsideSettlement
from lambdas.domain.record.stages import Stage
from lambdas.domain.steps.outside_settlement import confirm_settlement, request_settlement
from lambdas.ulid import new_ulid

settlements = Resource("operations")


@settlements.operation(
    "POST",
    "/ops/orders/{order_id}/settle",
    roles=(Role.OPERATOR,),
    answers={
        200: ("Confirmed. A new execution continues a compensation.", SettledOrderView),
        202: ("Recorded. Another operator must confirm it.", SettledOrderView),
    },
    refuses=(400, 404, 409, 413, 415, 422),
    body_limit=inputs.MAX_SIGNAL_BYTES,
)
def settle(order_id: inputs.OrderId, body: Settlement) -> Response[Any]:
    """Settle a refund or a dispute without the provider

    `refund-paid`: for a compensation that is stuck because the provider refuses the refund, or the
    debt of an ended order whose refund failed later. One operator requests the settlement, another
    one sends the same request with `confirm`. Then the ledger has the payment or the debt as
    undone, and a stuck order ends. Both requests are in the timeline. Without a stuck refund or a
    debt, or while the bank decides a dispute of the payment: 409. A request that is not confirmed
    is replaced by the next one.

    `dispute-won` and `dispute-lost`: for an open dispute of a payment that the provider no longer
    knows. The ledger has the dispute as ended, and an order that is compensated continues. Without
    an open dispute: 409. Do not use it while the provider knows the payment: its next report
    corrects the ledger.
    """
    before = settlements.visible(order_id)
    payment = _settlement(body)
    if body.confirm is None:
        request = partial(request_settlement, requested=payment)
        order = settlements.dependencies.orders.change(order_id, request, seen=before)
        return _answer(order)
    confirm = partial(
        confirm_settlement,
        settlement_id=body.confirm,
        payment=payment,
        actor=settlements.caller.actor,
    )
    order = settlements.dependencies.orders.change(order_id, confirm, seen=before)
    if order.sequence != before.sequence and order.stage is Stage.COMPENSATING:
        order = settlements.dependencies.janitor.compensate(order_id)
    return _answer(order)


def _settlement(body: Settlement) -> OutsideSettlement:
    actor = settlements.caller.actor
    return OutsideSettlement(
        settlement_id=new_ulid(),
        settled=body.settled,
        amount_minor=body.amount_minor,
        currency=body.currency,
        dispute=body.dispute,
        evidence=body.evidence,
        requested_by=actor.subject,
        requested_by_name=actor.name,
        requested_at=settlements.now,
    )


def _answer(order: Order) -> Response[Any]:
    view = SettledOrderView.of(order, settlement=settlement_view(order.settlement))
    return answer(view, 202 if view.settlement.confirmed_at is None else 200)
