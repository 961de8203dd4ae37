"""Signals: durable requests to a running order, and their outcomes."""

from collections.abc import Callable
from typing import Any

from aws_lambda_powertools.event_handler import Response

from lambdas.api.http.identity import Role
from lambdas.api.http.preferences import preferred_wait
from lambdas.api.http.resource import P, Resource, Route, answer
from lambdas.api.models import inputs, signal_views
from lambdas.api.models.order_presenter import signal_detail_view, signal_view, signals_view
from lambdas.domain.errors import NotAllowed, UnknownSku
from lambdas.domain.record.order import Order
from lambdas.domain.record.signals import Signal, SignalKind
from lambdas.domain.signals.admission import require_may_approve
from lambdas.ulid import new_ulid

signals = Resource("signals")

ANSWERS = {
    202: (
        "Accepted durably. `outcome` is null while the signal is pending.",
        signal_views.SignalView,
    ),
    200: ("With `Prefer: wait=N`: the signal has its outcome.", signal_views.SignalView),
}
REFUSES = (400, 404, 409, 413, 415, 422, 429)


def signal_route(kind: SignalKind, *roles: Role) -> Callable[[Route[P]], Route[P]]:
    """Make a function the route that accepts signals of this kind."""
    return signals.operation(
        "POST",
        f"/orders/{{order_id}}/signals/{kind}",
        roles=roles,
        answers=ANSWERS,
        refuses=REFUSES,
        body_limit=inputs.MAX_SIGNAL_BYTES,
    )


@signal_route(SignalKind.APPROVE_PAYMENT, Role.APPROVER)
def approve_payment(
    order_id: inputs.OrderId,
    body: inputs.Approval,
    idempotency_key: inputs.SignalKey = None,
    prefer: inputs.Prefer = None,
) -> Response[Any]:
    """Approve an order's payment

    The approval is valid for one revision. If the lines changed after it, the outcome is `stale`
    and nothing is charged. The requester, the customer and the actor of an added item cannot
    approve the order (403), nor can an approver whose limit is lower than the total. A total that
    needs two approvers waits after the first approval: its outcome is `applied: waiting for a
    second approver`.
    """
    order = signals.visible(order_id)
    return send(order, new_approval(order, idempotency_key, body.revision), prefer)


@signal_route(SignalKind.DECLINE_PAYMENT, Role.APPROVER)
def decline_payment(
    order_id: inputs.OrderId,
    body: inputs.Decline,
    idempotency_key: inputs.SignalKey = None,
    prefer: inputs.Prefer = None,
) -> Response[Any]:
    """Decline an order's payment

    The order ends as cancelled with the outcome `declined`, and its stock is released. Possible
    until the payment is approved, for every approver: the rule that requesters cannot approve does
    not apply.
    """
    order = signals.visible(order_id)
    signal = new_signal(SignalKind.DECLINE_PAYMENT, idempotency_key, reason=body.reason)
    return send(order, signal, prefer)


@signal_route(SignalKind.CANCEL_ORDER, Role.CUSTOMER, Role.OPERATOR)
def cancel_order(
    order_id: inputs.OrderId,
    body: inputs.Cancellation,
    idempotency_key: inputs.SignalKey = None,
    prefer: inputs.Prefer = None,
) -> Response[Any]:
    """Cancel an order

    An accepted cancel takes precedence over every other signal: the order ends as cancelled, its
    stock is released and its payment is refunded. A completed order refuses a cancel (409).
    """
    order = signals.visible(order_id)
    if Role.OPERATOR not in signals.caller.roles:
        require_owner(order)
    return send(
        order, new_signal(SignalKind.CANCEL_ORDER, idempotency_key, reason=body.reason), prefer
    )


@signal_route(SignalKind.ADD_LINE_ITEM, Role.CUSTOMER)
def add_line_item(
    order_id: inputs.OrderId,
    body: inputs.NewItem,
    idempotency_key: inputs.SignalKey = None,
    prefer: inputs.Prefer = None,
) -> Response[Any]:
    """Add units of a SKU to an order

    Possible until the payment is approved. Without stock the outcome is `rejected: insufficient
    stock` and the order does not change; otherwise its `revision` increases.
    """
    order = signals.visible(order_id)
    require_owner(order)
    added = {"sku": body.sku, "quantity": body.quantity}
    signal = new_signal(SignalKind.ADD_LINE_ITEM, idempotency_key, **added)
    require_known_sku(order, signal)
    return send(order, signal, prefer)


@signals.operation(
    "GET",
    "/orders/{order_id}/signals",
    roles=tuple(Role),
    answers={200: ("The accepted signals, oldest first.", signal_views.SignalsView)},
    refuses=(404,),
)
def list_signals(order_id: inputs.OrderId) -> Response[Any]:
    """List the signals of an order

    Returns every accepted signal, pending or with its outcome.
    """
    return answer(signals_view(signals.visible(order_id), signals.caller))


@signals.operation(
    "GET",
    "/orders/{order_id}/signals/{signal_id}",
    roles=tuple(Role),
    answers={200: ("The signal and its outcome.", signal_views.SignalDetailView)},
    refuses=(404,),
)
def get_signal(order_id: inputs.OrderId, signal_id: inputs.SignalId) -> Response[Any]:
    """Read a signal and its outcome

    Every accepted signal gets exactly one outcome.
    """
    signals.visible(order_id)
    order = signals.workflow.get_signal(order_id, signal_id, wait_seconds=0)
    return answer(signal_detail_view(order, signal_id, signals.caller))


@signals.operation(
    "POST",
    "/orders/{order_id}/heartbeat",
    roles=(Role.APPROVER,),
    answers={204: ("Recorded.", None)},
    refuses=(404, 409),
)
def heartbeat(order_id: inputs.OrderId) -> Response[Any]:
    """Report that an approver has the order open

    Send it while the order is on the screen. More than one request a minute has no effect.
    """
    signals.visible(order_id)
    signals.workflow.heartbeat(order_id)
    return answer(None, 204)


def send(order: Order, signal: Signal, prefer: str | None) -> Response[Any]:
    """Send the signal to the order. Answers at once, or waits for the outcome if preferred."""
    after = signals.workflow.signal(order.order_id, signal)
    seconds = preferred_wait(prefer)
    if seconds is None:
        return answer(signal_view(after, signal.signal_id), 202)
    after = signals.workflow.get_signal(order.order_id, signal.signal_id, wait_seconds=seconds)
    status = 200 if signal.signal_id in after.outcomes else 202
    applied = {"Preference-Applied": f"wait={seconds}"}
    return answer(signal_view(after, signal.signal_id), status, applied)


def require_owner(order: Order) -> None:
    """Raise NotAllowed if the caller does not own the order."""
    if not signals.caller.owns(order):
        raise NotAllowed("only the order's customer may do this")


def require_known_sku(order: Order, signal: Signal) -> None:
    """Raise UnknownSku, unless the order already has the signal."""
    sku = signal.sku or ""
    if order.signal(signal.signal_id) is None and not signals.dependencies.catalogue.stock([sku]):
        raise UnknownSku(f"unknown SKU: {sku}")


def new_approval(order: Order, signal_id: str | None, revision: int) -> Signal:
    """The caller's approval, with its terms. Raises NotAllowed if the caller cannot approve."""
    limits = signals.dependencies.approval_limits
    terms = limits.terms_of(signals.caller.groups, order.currency)
    approval = new_signal(
        SignalKind.APPROVE_PAYMENT,
        signal_id,
        revision=revision,
        limit_minor=terms.limit_minor,
        alone_minor=terms.alone_minor,
    )
    require_may_approve(order, approval, limits)
    return approval


def new_signal(kind: SignalKind, signal_id: str | None, **fields: Any) -> Signal:
    """The caller's signal. The workflow replaces `at` when it accepts the signal."""
    caller = signals.caller
    return Signal(
        signal_id=signal_id or new_ulid(),
        kind=kind,
        actor=caller.subject,
        actor_name=None if caller.name == caller.subject else caller.name,
        at=signals.now,
        **fields,
    )
