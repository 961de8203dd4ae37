"""Operations: actions and reports for operators, and the health check."""

from typing import Any

from aws_lambda_powertools.event_handler import Response

from lambdas.api.http.identity import Role
from lambdas.api.http.resource import Resource, answer
from lambdas.api.models import inputs
from lambdas.api.models.operator_views import (
    AbortView,
    HealthView,
    ResentMailView,
    ResumeView,
    TakeoverView,
    VersionsView,
    WorkflowVersionView,
)
from lambdas.domain.errors import SignalNotAdmitted
from lambdas.domain.order_lists import OpenOrders
from lambdas.domain.record.ledger import EffectState
from lambdas.domain.workflow_versions import WorkflowVersion
from lambdas.ulid import new_ulid

operations = Resource("operations")

COUNTED_AT_MOST = 1_000
"""Maximum number of open orders of a stage, and of running executions, in the drain report."""


@operations.operation(
    "POST",
    "/ops/orders/{order_id}/compensate",
    roles=(Role.OPERATOR,),
    answers={202: ("Taken over. A new execution compensates the order.", TakeoverView)},
    refuses=(404, 409),
)
def compensate(order_id: inputs.OrderId) -> Response[Any]:
    """Take an order over and compensate it

    For an order that makes no progress. Its execution loses the order; a new execution
    compensates its effects and ends it. An ended order is refused (409). If a refund was pending,
    it is looked up now: it is stuck if that fails, and pending until a new deadline otherwise.
    """
    taken = operations.dependencies.janitor.compensate(order_id)
    view = TakeoverView(order_id=order_id, stage=taken.stage, epoch=taken.epoch)
    return answer(view, 202)


@operations.operation(
    "POST",
    "/ops/orders/{order_id}/resume",
    roles=(Role.OPERATOR,),
    answers={
        200: ("Its execution runs. Nothing was changed.", ResumeView),
        202: ("A new execution continues the order.", ResumeView),
    },
    refuses=(404, 409),
)
def resume(order_id: inputs.OrderId) -> Response[Any]:
    """Continue an order in a new execution

    For an order whose execution failed or was lost. The janitor does the same, with pauses that
    grow after repeated failures; this request does not wait for them. Pending signals are kept.
    A repeated request changes nothing while the new execution runs. Refused (409) for an order
    that has ended, is being compensated or cancelled, or whose execution a person stopped.
    """
    order, resumed = operations.dependencies.janitor.resume(order_id)
    view = ResumeView(order_id=order_id, stage=order.stage, epoch=order.epoch, resumed=resumed)
    return answer(view, 202 if resumed else 200)


@operations.operation(
    "POST",
    "/ops/orders/{order_id}/abort",
    roles=(Role.OPERATOR,),
    answers={202: ("Stopped. The janitor compensates the order.", AbortView)},
    refuses=(404, 409),
)
def abort(order_id: inputs.OrderId) -> Response[Any]:
    """Stop an order's execution immediately

    StopExecution: the execution runs no further step and compensates nothing. The janitor then
    compensates the order, because a person stopped it. If no execution ran (`stopped` is false),
    the order is not compensated: the janitor continues it in a new execution. For a regular end,
    cancel the order instead.
    """
    order = operations.visible(order_id)
    if order.ended:
        raise SignalNotAdmitted(
            f"the order is already {order.stage}: it has no execution to stop",
            order_id=order_id,
            stage=order.stage,
        )
    stopped = operations.dependencies.engine.stop(order)
    if stopped:
        operations.dependencies.janitor.check_soon(order)
    view = AbortView(order_id=order_id, stage=order.stage, epoch=order.epoch, stopped=stopped)
    return answer(view, 202)


@operations.operation(
    "POST",
    "/ops/orders/{order_id}/resend",
    roles=(Role.OPERATOR,),
    answers={
        200: ("SES accepted the e-mail.", ResentMailView),
        202: ("It may have been sent, or is being sent.", ResentMailView),
    },
    refuses=(400, 404, 409),
)
def resend(order_id: inputs.OrderId, idempotency_key: inputs.RequestKey = None) -> Response[Any]:
    """Send an e-mail to the customer again

    The confirmation of a completed order, or the cancellation of a cancelled or failed one. A
    request is recorded in the ledger and the timeline before the e-mail is sent; repeated with the
    same key, it sends no second e-mail. Refused (409) for an open order, for an address that SES
    suppresses because it bounced or complained, and after five more e-mails.
    """
    order, name = operations.dependencies.mail_resend.resend(
        order_id, idempotency_key or new_ulid(), requested_by=operations.caller.subject
    )
    effect = order.ledger[name]
    view = ResentMailView(
        order_id=order_id, stage=order.stage, mail=name, state=effect.state, error=effect.error
    )
    return answer(view, 200 if effect.state is EffectState.DONE else 202)


@operations.operation(
    "GET",
    "/ops/versions",
    roles=(Role.OPERATOR,),
    answers={200: ("Open orders and executions, counted by version.", VersionsView)},
)
def get_versions() -> Response[Any]:
    """Count orders and executions by version (drain report)

    A version may be removed when no order and no execution uses it.
    """
    dependencies = operations.dependencies
    found = dependencies.index.open_versions(at_most=COUNTED_AT_MOST)
    executions, more = dependencies.executions.running_by_version(COUNTED_AT_MOST)
    return answer(
        VersionsView(
            default_workflow_version=dependencies.settings.workflow_version,
            workflow_versions=[
                _version_view(row, found.orders.get(row.name))
                for row in operations.workflow.versions.rows
            ],
            open_orders={
                name: sum(orders.stages.values()) for name, orders in found.orders.items()
            },
            running_executions=dict(executions),
            complete=found.complete and not more,
        )
    )


def _version_view(row: WorkflowVersion, orders: OpenOrders | None) -> WorkflowVersionView:
    return WorkflowVersionView(
        version=row.name,
        status=row.status,
        changes=list(row.changes),
        stages=dict(orders.stages) if orders else {},
        oldest_order_id=orders.oldest if orders else None,
    )


@operations.operation("GET", "/health", answers={200: ("The function runs.", HealthView)})
def get_health() -> Response[Any]:
    """Check that the API runs

    It does not check tables or executions.
    """
    return answer(HealthView(status="ok"))
