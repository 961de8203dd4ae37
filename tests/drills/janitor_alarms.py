"""Drills of the alarms on the recovery of orders."""

from lambdas.domain.errors import StoreUnavailable
from lambdas.domain.executions import ExecutionStatus
from lambdas.domain.order_lists import Overdue
from lambdas.handlers import janitor_handler
from tests.drills.alarm_drills import alarm_drill
from tests.drills.fault import Fault


@alarm_drill("JanitorSweepErrors", "the index of open orders cannot be read")
def fail_sweep(fault: Fault) -> None:
    def fail(now: int, limit: int) -> Overdue:
        raise StoreUnavailable("the table is throttled")

    fault.world.store.due = fail  # type: ignore[method-assign]
    _sweep(fault)


@alarm_drill("JanitorFastPathErrors", "Step Functions is unavailable when an execution ends")
def fail_fast_path(fault: Fault) -> None:
    order = fault.world.place()
    fault.world.engine.unavailable = True
    event = {"detail": {"name": order.execution}}
    handler = janitor_handler.on_execution_stopped
    fault.invoke("janitor-execution-stopped", handler, event, janitor_handler)


@alarm_drill("JanitorChecksFailing", "Step Functions is unavailable while orders are checked")
def fail_checks(fault: Fault) -> None:
    fault.world.engine.unavailable = True
    fault.world.place(next_check_at=0)
    _sweep(fault)


@alarm_drill("JanitorLag", "an order was due for a check 10 minutes ago")
def check_late(fault: Fault) -> None:
    fault.world.place(next_check_at=fault.world.clock.now() - 600_000)
    _sweep(fault)


@alarm_drill("OrdersPastDeadline", "an execution does not wake at the deadline of its order")
def wait_past_the_deadline(fault: Fault) -> None:
    now = fault.world.clock.now()
    fault.world.place(approval_deadline=now - 600_000, next_check_at=now)
    _sweep(fault)


@alarm_drill("JanitorTakeoversRepeated", "each execution of an order fails at once")
def fail_each_execution(fault: Fault) -> None:
    world = fault.world
    order = world.place()
    for _ in range(4):
        world.engine.end(world.now(order), ExecutionStatus.FAILED)
        world.clock.advance(3_600)
        _sweep(fault)


def _sweep(fault: Fault) -> None:
    fault.invoke("janitor-sweep", janitor_handler.sweep, {}, janitor_handler)


@alarm_drill("JanitorSilent", "the rule of the sweep is disabled", silence_after=_sweep)
def sweep_no_more(fault: Fault) -> None:
    """No invocation."""
