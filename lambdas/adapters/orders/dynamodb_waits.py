"""The token of an order's wait: an item next to META, written once for each wait.

The token is as large as META, so it would double the price of every write of the order. Its write
names the wait that it belongs to: the execution (epoch) and its round (loops). A token of an older
wait never replaces one of a later wait, and no order is read with the token of another execution.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from lambdas.adapters.dynamodb.attribute_values import to_item
from lambdas.adapters.orders.order_records import order_key, to_record
from lambdas.domain.record.changes import Change
from lambdas.domain.record.order import Order

WAIT = "WAIT"
WAIT_SECONDS = 8 * 86_400
"""How long a token is stored: longer than an execution, which ends after seven days."""
_BOOKKEEPING = {"sequence", "updated_at"}


def wait_record(order: Order) -> dict[str, Any]:
    """The item of the wait that the order is in."""
    return {
        **order_key(order.order_id, WAIT),
        "epoch": order.epoch,
        "loops": order.wait_loops,
        "token": order.wait_token,
        "expires_at": order.updated_at // 1000 + WAIT_SECONDS,
    }


def with_wait(order: Order, wait: Mapping[str, Any] | None) -> Order:
    """The order with the token of `wait`, if that is a wait of its present execution."""
    if wait is None or not order.waits or wait["epoch"] != order.epoch:
        return order
    return replace(order, wait_token=wait["token"], wait_loops=wait["loops"])


def has_new_token(change: Change) -> bool:
    """Whether the change begins a wait."""
    return change.after.wait_token not in (None, change.before.wait_token)


def only_token_differs(change: Change) -> bool:
    """Whether META needs no write for the change."""
    before, after = to_record(change.before), to_record(change.after)
    differing = {name for name in after if after[name] != before[name]}
    return has_new_token(change) and differing <= _BOOKKEEPING


def keep_token(table: str, order: Order) -> dict[str, Any]:
    """Store the token of a wait, unless that of a later wait is stored."""
    record = wait_record(order)
    names = [name for name in record if name not in ("pk", "sk")]
    return {
        "TableName": table,
        "Key": to_item(order_key(order.order_id, WAIT)),
        "UpdateExpression": "SET " + ", ".join(f"#{name} = :{name}" for name in names),
        "ConditionExpression": "attribute_not_exists(pk) OR #epoch < :epoch"
        " OR (#epoch = :epoch AND #loops <= :loops)",
        "ExpressionAttributeNames": {f"#{name}": name for name in names},
        "ExpressionAttributeValues": to_item({f":{name}": record[name] for name in names}),
    }


def find_token(table: str, order: Order) -> dict[str, Any]:
    """Read the token of the order's wait."""
    key = to_item(order_key(order.order_id, WAIT))
    return {"TableName": table, "Key": key, "ConsistentRead": True}
