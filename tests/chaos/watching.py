"""What is seen backstage while orders run: ended orders as they are, executions as they went."""

from local.checks.books import ENDS, Books, Record, Witness
from local.checks.history import tokens
from local.lifecycle.reset import running_executions
from tests.chaos.orders import Promises
from tests.chaos.surroundings import Surroundings

_DIED = "Runtime.ExitError"
"""The error of an activity whose worker ended under it, as on AWS."""


def settled_ends(place: Surroundings) -> list[Record]:
    """Records of orders that nobody has to write to any more: ended, and so is the execution,
    which may still have sent a mail after the order's end.
    """
    before = _ended(place.books())
    running = {arn.rpartition(":")[2].rpartition("-")[0] for arn in running_executions(place.state)}
    after = _ended(place.books())
    return [
        record
        for order_id, record in after.items()
        if before.get(order_id) == record and order_id not in running
    ]


def remember_executions(place: Surroundings, promises: Promises) -> int:
    """Give the witnesses what the engine knows of their orders, before the engine forgets it;
    returns how many activities ended with their worker.
    """
    epochs = {str(order["order_id"]): int(order["epoch"]) for order in place.books().orders}
    seen = [one for one in promises.witnesses.values() if one.order_id in epochs]
    return sum(_remember(place, witness, epochs[witness.order_id]) for witness in seen)


def _remember(place: Surroundings, witness: Witness, epoch: int) -> int:
    told = [place.backstage.execution(witness.order_id, n + 1) for n in range(epoch)]
    if any(status == "MISSING" for status, _ in told):
        return 0  # of an emulator that is gone
    witness.executions = [status for status, _ in told]
    witness.histories = "".join(repr(events) for _, events in told)
    witness.tokens = set().union(*(tokens(events) for _, events in told))
    # Once an event: a retried error is told in the event that failed, and nowhere else.
    return sum(_DIED in repr(event) and "Failed" in event["type"] for _, ev in told for event in ev)


def _ended(books: Books) -> dict[str, Record]:
    return {order["order_id"]: order for order in books.orders if order["stage"] in ENDS}
