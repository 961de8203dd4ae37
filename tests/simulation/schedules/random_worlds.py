"""Worlds that few schedules have: other currencies, orders of 50 lines, a deadline of two days, a
provider that captures another sum than the approved one. And a crowd of orders.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from random import Random

from lambdas.domain.record.order import MAX_LINES
from lambdas.domain.record.signals import SignalKind
from tests.simulation.schedules.schedule import Action, Placement, Schedule, ScheduledEvent

HOUR_MS = 3_600_000
TWO_DAYS_SECONDS = 48 * 3_600
CURRENCIES = ("JPY", "KWD")
PARTS = tuple(f"PART-{number:02}" for number in range(1, MAX_LINES + 1))
_OTHER_SUMS = (-1, 1, 100_000)


def in_random_world(schedule: Schedule) -> Schedule:
    """The schedule, in one of the worlds that its seed draws."""
    random = Random(f"world {schedule.seed}")
    placements = [_perhaps_another_sum(random, placement) for placement in schedule.placements]
    made = replace(schedule, placements=tuple(placements))
    if random.random() < 0.2:
        made = replace(made, currency=random.choice(CURRENCIES))
    if random.random() < 0.03:
        made = _with_long_orders(random, made)
    if random.random() < 0.01:
        made = _with_long_deadline(random, made)
    return made


def _perhaps_another_sum(random: Random, placement: Placement) -> Placement:
    extra = random.choice(_OTHER_SUMS) if random.random() < 0.04 else 0
    return replace(placement, extra_minor=extra)


def _with_long_orders(random: Random, schedule: Schedule) -> Schedule:
    """Orders of 49 or 50 lines: the next line that is added is the last one, or one too many."""
    placements = (
        replace(placement, items=tuple((sku, 1) for sku in PARTS[: random.choice((49, 50))]))
        for placement in schedule.placements
    )
    units = {**schedule.units, **dict.fromkeys(PARTS, 2)}
    return replace(schedule, placements=tuple(placements), units=units)


def _with_long_deadline(random: Random, schedule: Schedule) -> Schedule:
    """Approvers take their time, and faults may come until the last day."""
    seconds = TWO_DAYS_SECONDS
    events = tuple(_delay(random, schedule.events))
    return replace(
        schedule,
        events=events,
        approval_timeout_seconds=seconds,
        heartbeat_seconds=random.choice((900, seconds)),
        quiet_ms=random.choice((schedule.quiet_ms, 47 * HOUR_MS)),
    )


def _delay(random: Random, events: Sequence[ScheduledEvent]) -> Iterator[ScheduledEvent]:
    """The signals, up to two days later; a repeated one stays as far from the first."""
    later: dict[str, int] = {}
    for event in events:
        if not isinstance(event.what, SignalKind):
            yield event
            continue
        delay = later.setdefault(
            event.signal_id, random.choice((0, random.randint(0, 48 * HOUR_MS)))
        )
        yield replace(event, after_ms=event.after_ms + delay)


def crowd(schedules: Sequence[Schedule]) -> Schedule:
    """What happens in all schedules, at once: with their stock, in the world of the first, and
    with the faults of every fourth. The engine does not lose 500 executions time and again.
    """
    placements: list[Placement] = []
    events: list[ScheduledEvent] = []
    units: Counter[str] = Counter()
    for one in schedules:
        first = len(placements)
        events += (
            replace(
                event,
                order=event.order + first,
                signal_id=event.signal_id and f"{event.signal_id}-{first}",
            )
            for event in one.events
            if event.what is not Action.LOSE_ALL
        )
        placements += one.placements
        units.update(one.units)
    return replace(
        schedules[0],
        units=units,
        placements=tuple(placements),
        events=tuple(events),
        planned_faults=tuple(
            planned for schedule in schedules[::4] for planned in schedule.planned_faults
        ),
        quiet_ms=max(schedule.quiet_ms for schedule in schedules),
    )
