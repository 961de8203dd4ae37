"""Checks of the workflow with orders of one cent."""

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from botocore.exceptions import ClientError

from cli.problems import Problem
from tools.aws.verify.stack import ENDS, CheckFailed, Stack, eventually, require

DOORBELL_SECONDS = 45.0
"""A lost doorbell is repeated by a sweep, which runs every minute."""


def an_approved_order_completes(stack: Stack) -> None:
    """The execution starts through the alias, with a published version. An approval wakes it at
    once, the order completes, and SES accepts its e-mail.
    """
    order_id = stack.place()
    states = stack.client("stepfunctions")
    execution = states.describe_execution(executionArn=stack.execution(order_id))
    require("stateMachineVersionArn" in execution, "the execution has no published version")
    started_by = execution.get("stateMachineAliasArn")
    require(started_by == stack.outputs["AliasArn"], f"the execution was started by {started_by}")
    begun = time.monotonic()
    stack.approve(order_id)
    order = stack.wait(order_id, *ENDS)
    took = time.monotonic() - begun
    require(order["stage"] == "completed", f"the order ended {order['outcome']}")
    require(took < DOORBELL_SECONDS, f"the approval had an effect after {took:.0f} s")
    _require_mail(stack, order_id, "mail-confirmation")


def a_waiting_order_is_kept_awake(stack: Stack) -> None:
    """The heartbeat of an approver is accepted: the API may call SendTaskHeartbeat."""
    order_id = stack.place()
    headers = {"Authorization": f"Bearer {stack.approver_token}"}
    with stack.http() as client:
        answer = client.post(f"/orders/{order_id}/heartbeat", headers=headers)
    stack.cancel(order_id)
    require(answer.is_success, f"the heartbeat was answered {answer.status_code}: {answer.text}")


def a_cancelled_order_releases_its_stock(stack: Stack) -> None:
    """A cancel ends the order, its unit is available again, and SES accepts its e-mail."""
    order_id = stack.place()
    before = stack.available()
    stack.cancel(order_id)
    stack.wait(order_id, "cancelled")
    _wait_for_units(stack, before + 1)
    _require_mail(stack, order_id, "mail-cancellation")


def a_signal_before_the_wait_has_an_effect(stack: Stack) -> None:
    """A cancel that arrives before the execution waits ends the order all the same."""
    order_id = stack.place_at_once()
    stack.cancel(order_id)
    stack.wait(order_id, "cancelled")


def a_payment_is_retried_and_a_declined_one_is_not(stack: Stack) -> None:
    """The provider is unavailable twice: the order completes. A declined payment fails the order
    and releases its stock.
    """
    before = stack.available()
    for method, stage in (("pm_flaky_2", "completed"), ("pm_insufficient_funds", "failed")):
        order_id = stack.place(method)
        stack.approve(order_id)
        order = stack.wait(order_id, *ENDS)
        require(order["stage"] == stage, f"the order with {method} is {order['stage']}")
    _wait_for_units(stack, before - 1)


def a_cancel_during_the_payment_refunds_it(stack: Stack) -> None:
    """The provider has charged, its answer is lost, and a cancel arrives: the payment is refunded,
    and the unit is available again.
    """
    order_id, before = _cancelled_during_payment(stack)
    order = stack.wait(order_id, "cancelled")
    payment = order["ledger"].get("pay", {}).get("state")
    require(payment == "undone", f"the payment of {order_id} is {payment}")
    _wait_for_units(stack, before)


def a_lost_task_token_is_recovered(stack: Stack) -> None:
    """The stored task token is deleted before an approval. The janitor continues the order."""
    order_id = stack.place()
    table, key = stack.outputs["OrdersTable"], {"pk": {"S": f"ORDER#{order_id}"}}
    database = stack.client("dynamodb")
    item = {"TableName": table, "Key": {**key, "sk": {"S": "WAIT"}}, "ReturnValues": "ALL_OLD"}
    eventually(lambda: database.delete_item(**item).get("Attributes"), "no token was stored")
    stack.approve(order_id)
    order = stack.wait(order_id, *ENDS)
    require(order["stage"] == "completed", f"the order ended {order['outcome']}")


def a_stopped_execution_is_compensated(stack: Stack) -> str:
    """After StopExecution, the event of the execution, or the sweep, compensates the order. Reports
    how long that took, and what StopExecution answers for an execution that has ended.
    """
    order_id, states = stack.place(), stack.client("stepfunctions")
    execution, begun = stack.execution(order_id), time.monotonic()
    states.stop_execution(executionArn=execution)
    stack.wait(order_id, *ENDS)
    took = time.monotonic() - begun
    try:
        states.stop_execution(executionArn=execution)
        answer = "accepted"
    except ClientError as error:
        answer = error.response["Error"].get("Code", "")
    return f"compensated after {took:.0f} s; StopExecution of an ended execution: {answer}"


def orders_of_one_product_are_all_reserved(stack: Stack) -> None:
    """Orders of the same product at the same time conflict in DynamoDB. Each reserves its unit, and
    each cancel releases it.
    """
    before = stack.available()
    with ThreadPoolExecutor(10) as pool:
        orders = list(pool.map(lambda _: stack.place(), range(stack.parallel)))
        reserved = before - stack.available()
        for order_id in orders:  # one after another: the route takes 10 requests a second
            stack.cancel(order_id)
        list(pool.map(lambda one: stack.wait(one, "cancelled"), orders))
    require(reserved == stack.parallel, f"{stack.parallel} orders reserved {reserved} units")
    _wait_for_units(stack, before)


def _cancelled_during_payment(stack: Stack) -> tuple[str, int]:
    """The order of a cancel that was accepted before the payment was settled, and the available
    units before the order.
    """
    for _ in range(3):
        before = stack.available()
        order_id = stack.place("pm_slow")
        stack.approve(order_id)
        stack.wait(order_id, "payment", *ENDS)
        try:
            stack.cancel(order_id)
        except Problem:
            stack.wait(order_id, "completed")
        else:
            return order_id, before
    raise CheckFailed("three orders completed before their cancel arrived")


def _wait_for_units(stack: Stack, units: int) -> None:
    eventually(lambda: stack.available() == units, f"not {units} units are available")


def _require_mail(stack: Stack, order_id: str, name: str) -> None:
    """Wait until the ledger says that SES accepted an e-mail. Raises CheckFailed."""

    def entry() -> dict[str, Any] | None:
        found: dict[str, Any] = stack.operator.get(f"/orders/{order_id}")["ledger"].get(name, {})
        return found if found.get("state") in ("done", "undone") else None

    found = eventually(entry, f"order {order_id} has no {name}")
    require(found["state"] == "done", f"{name} was refused: {found.get('error')}")
