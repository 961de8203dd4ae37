"""Shrinks a schedule that breaks an invariant to the shortest that still does."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from tests.simulation.checks.invariants import trace_lines
from tests.simulation.runs.run import Run
from tests.simulation.schedules.schedule import Schedule


@dataclass(frozen=True, slots=True)
class Finding:
    """A broken invariant: the shrunk schedule, what is wrong with it, and its trace."""

    schedule: Schedule
    problems: tuple[str, ...]
    trace: tuple[str, ...]

    def __str__(self) -> str:
        lines = (
            f"seed {self.schedule.seed}: {len(self.problems)} problem(s)",
            *(f"  {problem}" for problem in self.problems),
            *(f"  order: {placement}" for placement in self.schedule.placements),
            *(f"  event: {event}" for event in self.schedule.events),
            *(f"  fault: {planned}" for planned in self.schedule.planned_faults),
            *(f"  {outage}" for outage in self.schedule.outages),
            *self.trace,
        )
        return "\n".join(lines)


def run_schedule(schedule: Schedule) -> Finding:
    """Run a schedule. The problems are empty if every invariant held."""
    run = Run(schedule)
    problems = run.execute()
    return Finding(schedule, tuple(problems), tuple(trace_lines(run.world)))


def shortest(schedule: Schedule) -> Finding:
    """Leave out one thing after the other, as long as something stays wrong."""
    finding, smaller = run_schedule(schedule), True
    while smaller:
        smaller = False
        for less in with_one_less(finding.schedule):
            candidate = run_schedule(less)
            if candidate.problems:
                finding, smaller = candidate, True
                break
    return finding


def with_one_less(schedule: Schedule) -> Iterator[Schedule]:
    """Every schedule that lacks one thing: the last order, a fault, an event, or the skew."""
    if len(schedule.placements) > 1:
        yield replace(schedule, placements=schedule.placements[:-1])
    for index in range(len(schedule.planned_faults)):
        left = schedule.planned_faults[:index] + schedule.planned_faults[index + 1 :]
        yield replace(schedule, planned_faults=left)
    for index in range(len(schedule.events)):
        rest = schedule.events[:index] + schedule.events[index + 1 :]
        yield replace(schedule, events=rest)
    for index in range(len(schedule.outages)):
        yield replace(schedule, outages=schedule.outages[:index] + schedule.outages[index + 1 :])
    if schedule.skewed:
        yield replace(schedule, skewed=False)
