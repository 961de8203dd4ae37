"""Drills of alarms: a fault must change the state of the alarm that the template defines."""

from collections.abc import Callable, Iterator

from tests.drills.alarm import Alarm, AlarmState, read_alarms
from tests.drills.fault import Fault
from tests.drills.measurements import Measurements
from tests.drills.registry import Drill, DrillFailed, ReadTemplate, add

Cause = Callable[[Fault], None]

REPORTED_BY_AWS = "no code ran: a service of AWS measures this, and the drill recorded its report"


def alarm_drill(
    name: str, fault: str, *, silence_after: Cause | None = None
) -> Callable[[Cause], Cause]:
    """Register a drill of the alarm `name`. The decorated function causes the fault once: it is
    called in as many periods as the alarm needs. `silence_after` is the healthy period before a
    fault that stops the metric.
    """

    def register(cause: Cause) -> Cause:
        def run(read_template: ReadTemplate) -> Iterator[str]:
            alarm = read_alarms(read_template())[name]
            system = Fault(read_template())
            if silence_after is not None:
                silence_after(system)
                yield _before(alarm, system.measured)
            yield from fire(alarm, system, cause, silent=silence_after is not None)

        add(Drill(name=name, fault=fault, run=run))
        return cause

    return register


def _before(alarm: Alarm, measured: Measurements) -> str:
    state = alarm.state(measured)
    if state is not AlarmState.OK:
        raise DrillFailed(f"{alarm.name} is {state} before the fault")
    return "before the fault: OK"


def fire(alarm: Alarm, system: Fault, cause: Cause, *, silent: bool) -> Iterator[str]:
    """Cause the fault until the alarm has to react. Raises DrillFailed if it does not."""
    measured, needed = system.measured, alarm.periods if silent else alarm.needed
    if not silent:
        yield _before(alarm, measured)
    for _ in range(needed):
        measured.period += 1
        cause(system)
        value = alarm.value(measured, measured.period)
        shown = "no data" if value is None else f"{value:g}"
        yield f"period {measured.period}: {shown} ({alarm.condition})"
    state = alarm.state(measured)
    expected = AlarmState.INSUFFICIENT_DATA if silent else AlarmState.ALARM
    if state is not expected:
        raise DrillFailed(f"{alarm.name} is {state} after {needed} periods, not {expected}")
    if not system.ran_code:
        yield REPORTED_BY_AWS
    notified = "notifies the operators" if state in alarm.notifies else "sends no notification"
    yield f"after the fault: {state}; {notified}"
