"""Reads the records of ended orders and the histories of executions while orders run."""

from local.checks.history import end_of, tokens
from local.checks.records import ENDS, ObservedOrder, Record, Snapshot
from local.lifecycle.reset import running_executions
from tests.chaos.environment import Deployment
from tests.chaos.orders import Acknowledged

_DIED = "Runtime.ExitError"
"""The error of an activity whose worker ended, as on AWS."""


def settled_ends(deployment: Deployment) -> list[Record]:
    """Records to which no further write is allowed: the order has ended, and so has its execution,
    which may send an e-mail after the order's end.
    """
    before = _ended(deployment.books())
    running = {
        arn.rpartition(":")[2].rpartition("-")[0] for arn in running_executions(deployment.state)
    }
    after = _ended(deployment.books())
    return [
        record
        for order_id, record in after.items()
        if before.get(order_id) == record and order_id not in running
    ]


def store_executions(deployment: Deployment, acknowledged: Acknowledged) -> int:
    """Store the engine's data about the orders in their orders, before it is lost. Returns the
    number of activities that failed because their worker was killed.
    """
    epochs = {str(order["order_id"]): int(order["epoch"]) for order in deployment.books().orders}
    seen = [one for one in acknowledged.orders.values() if one.order_id in epochs]
    return sum(_store(deployment, observed, epochs[observed.order_id]) for observed in seen)


def _store(deployment: Deployment, observed: ObservedOrder, epoch: int) -> int:
    executions = [deployment.backend.execution(observed.order_id, n + 1) for n in range(epoch)]
    if any(status == "MISSING" for status, _ in executions):
        return 0  # they were on a killed emulator
    observed.executions = [end_of(events, status) for status, events in executions]
    observed.histories = "".join(repr(events) for _, events in executions)
    observed.tokens = set().union(*(tokens(events) for _, events in executions))
    # Count each failure once: only the event of the failed attempt contains its error.
    return sum(
        _DIED in repr(event) and "Failed" in event["type"]
        for _, events in executions
        for event in events
    )


def _ended(books: Snapshot) -> dict[str, Record]:
    return {order["order_id"]: order for order in books.orders if order["stage"] in ENDS}
