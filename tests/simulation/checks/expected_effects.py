"""The expected effects outside: one e-mail at an order's end, one report of a failed compensation.

An activity without a fault has its effect exactly once. With a fault (also an error with a retry,
or an execution that was ended from outside) it may have it never or several times; but an activity
that returned its report has sent it.
"""

from collections.abc import Collection, Iterator, Mapping

from lambdas.domain.record.order import Order
from lambdas.domain.record.outcomes import OrderOutcome
from lambdas.domain.record.stages import Stage
from tests.simulation.step_functions.engine import Execution
from tests.simulation.world.world import SimulatedWorld

_CONFIRMED, _CANCELLED = "is confirmed", "was cancelled"
_TURNED = ({"SendCancellationEmail", "CloseOrder"}, _CANCELLED)
_MAIL_OF: Mapping[Stage, tuple[Collection[str], str]] = {
    Stage.COMPLETED: ({"SendOrderConfirmation", "UpdateOrderStatus", "CloseOrder"}, _CONFIRMED),
    Stage.CANCELLED: _TURNED,
    Stage.FAILED: _TURNED,
}
"""The mail about each end, and the activities on which it depends: an order that ended under a
fault may have done so behind the back of its execution.
"""


def missing_effects(world: SimulatedWorld) -> Iterator[str]:
    """The expected e-mails and reports that are missing or were sent too often."""
    for order in world.store.orders():
        yield from _mails(world, order)
        yield from _reports(world, order)


def _mails(world: SimulatedWorld, order: Order) -> Iterator[str]:
    """The mail of the order's kind of end, and not the other one."""
    if not order.ended:
        return
    functions, wanted = _MAIL_OF[order.stage]
    for kind in (_CONFIRMED, _CANCELLED):
        sent = _sent(world, order, kind)
        owed = 1 if kind == wanted else 0
        if sent > owed or (sent < owed and _in_peace(world, order, functions)):
            yield f"{order.order_id}: ended {order.stage}, {sent} mails that it {kind}"


def _reports(world: SimulatedWorld, order: Order) -> Iterator[str]:
    """One report by each execution that could not end the order."""
    name = order.order_id
    reports = sum(of == name for of, _ in world.operations.stuck)
    owed = sum(_left_open(execution) for execution in _executions(world, order))
    if reports < owed or (reports > owed and _in_peace(world, order, {"CloseOrder"})):
        yield f"{name}: {owed} executions could not end it, {reports} reports"


def _sent(world: SimulatedWorld, order: Order, kind: str) -> int:
    subject = f"Your order {order.order_id} {kind}"
    return sum(mail.subject == subject for mail in world.notifier.sent)


def _in_peace(world: SimulatedWorld, order: Order, functions: Collection[str]) -> bool:
    """True if these activities had no fault and no execution of the order was ended."""
    struck = any(
        injected.order_id == order.order_id and injected.function in functions
        for injected in world.injected_faults
    )
    return not struck and all(
        _is_undisturbed(execution, functions) for execution in _executions(world, order)
    )


def _is_undisturbed(execution: Execution, functions: Collection[str]) -> bool:
    failed = any(entry.errors for entry in execution.journal.entries if entry.state in functions)
    return not failed and execution.status in ("SUCCEEDED", "FAILED")


def _left_open(execution: Execution) -> bool:
    """Whether its CloseOrder answered that the order could not be ended."""
    outputs = [
        entry.output or {} for entry in execution.journal.entries if entry.state == "CloseOrder"
    ]
    outcomes = [output["closed"]["outcome"] for output in outputs if "closed" in output]
    return OrderOutcome.COMPENSATION_STUCK in outcomes


def _executions(world: SimulatedWorld, order: Order) -> list[Execution]:
    return [
        execution
        for execution in world.engine.executions.values()
        if execution.order_id == order.order_id
    ]
