"""Drills of the alarms on executions and on the functions of the activities.

Step Functions and Lambda measure these faults themselves, so the drill records what they report.
"""

from functools import partial

from lambdas.activities.inventory import reserve_stock
from lambdas.domain.record.order import Order
from lambdas.domain.record.stages import Stage
from stacks.monitoring.release_alarms import CRASHES
from stacks.operations.metrics import MAX_METRICS
from stacks.workflow.activity_functions import ACTIVITIES
from tests.drills.alarm_drills import alarm_drill
from tests.drills.fault import Fault

_PER_ALARM = MAX_METRICS // 2


@alarm_drill("ActivityDefect", "an activity raises an exception that is not in its interface")
def raise_unexpectedly(fault: Fault) -> None:
    order = fault.world.place(Stage.RESERVE)

    def fail(*_arguments: object, **_named: object) -> Order:
        raise KeyError("a defect")

    fault.world.deps.orders = _Broken(fail)  # type: ignore[assignment]
    fault.run_activity(reserve_stock, order.order_id)


class _Broken:
    """Every method fails."""

    def __init__(self, fail: object) -> None:
        self._fail = fail

    def __getattr__(self, _name: str) -> object:
        return self._fail


@alarm_drill("ExecutionsTimedOut", "an execution reaches its time limit")
def time_out(fault: Fault) -> None:
    fault.end_executions("TimedOut")


@alarm_drill("ExecutionsAborted", "executions are stopped in the AWS console")
def stop_elsewhere(fault: Fault) -> None:
    fault.end_executions("Aborted", 3)


@alarm_drill("OrdersFailing", "5 of 20 executions fail within five minutes")
def fail_orders(fault: Fault) -> None:
    fault.end_executions("Failed", 5)
    fault.end_executions("Succeeded", 15)


@alarm_drill("OrdersFailingAtLowTraffic", "2 of 5 executions fail within an hour")
def fail_few_orders(fault: Fault) -> None:
    fault.end_executions("Failed", 2)
    fault.end_executions("Succeeded", 3)


@alarm_drill("CanaryOrdersFailing", "all orders of a canary fail: 2 of 20")
def fail_canary(fault: Fault) -> None:
    fault.end_executions("Failed", 2)
    fault.end_executions("Succeeded", 18)


def _fail_import(fault: Fault, function: str) -> None:
    fault.fail_without_code(function, CRASHES)


for _start in range(0, len(ACTIVITIES), _PER_ALARM):
    _name = f"ActivityCrashes{_start // _PER_ALARM + 1}"
    _function = list(ACTIVITIES.values())[_start].name
    alarm_drill(_name, f"the package of the function {_function} cannot be imported")(
        partial(_fail_import, function=_function)
    )
