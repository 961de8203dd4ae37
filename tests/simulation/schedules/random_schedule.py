"""Random schedules, determined by a seed. Critical times are more likely than others."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from random import Random

from lambdas.domain.record.signals import SignalKind
from lambdas.domain.record.stages import Stage
from tests.simulation.schedules.random_worlds import in_random_world
from tests.simulation.schedules.schedule import (
    Action,
    Placement,
    PlannedFault,
    Schedule,
    ScheduledEvent,
)
from tests.simulation.world.activities import STEPS
from tests.simulation.world.faults import ANYWHERE, EFFECTS, EVERYTHING, SERVICES, Fault, Outage

_METHODS = (
    *("pm_ok",) * 9,
    "pm_declined",
    "pm_flaky_2",
    "pm_slow",
    "pm_unavailable",
    "pm_refund_fails_2",
    "pm_refund_fails",
)
_HOSTILE_METHODS = (
    *("pm_processing",) * 3,
    *("pm_refund_pending",) * 2,
    "pm_refund_rejected",
    "pm_action_required",
    "pm_of_bob",
    "pm_error_stored",
)
"""Providers that settle late, refuse refunds, or repeat a stored error."""
_WRITE = {
    **dict.fromkeys(STEPS, "store.commit"),
    **EFFECTS,
    "RefundPayment": "payments.void",
    "sweep": "engine.start",
}
"""The call of each function whose failure is most critical."""
_FAULTS = tuple(fault for fault in ANYWHERE if fault is not Fault.RESENT)
_FUNCTIONS = (*_WRITE, *("ProcessPayment", "RefundPayment", "ReleaseStock") * 2)
_SKUS = ("COFFEE-1KG", "MUG-RED", "RARE-1")
_AT = (None, Stage.START, Stage.START, *(Stage.AWAITING_APPROVAL,) * 3)
_LATER = (*(Stage.PAYMENT,) * 3, Stage.STATUS_UPDATE, Stage.COMPENSATING, Stage.COMPLETED)
_KINDS = (
    *(SignalKind.APPROVE_PAYMENT,) * 3,
    *(SignalKind.CANCEL_ORDER,) * 2,
    *(SignalKind.ADD_LINE_ITEM,) * 2,
)
_ACTIONS = (
    *(Action.HEARTBEAT, Action.STOP, Action.TAKEOVER, Action.LOSE_ALL, Action.DEPLOY),
    *(Action.SWEEP,) * 3,
)


def random_schedule(seed: int) -> Schedule:
    """The schedule of a seed."""
    schedule, random = _without_outages(seed), Random(f"outage {seed}")
    outages = tuple(_outages(random))
    events = [_perhaps_timed_out(random, event) for event in schedule.events]
    provider, resent = Random(f"provider {seed}"), Random(f"resent {seed}")
    made = replace(
        schedule,
        placements=tuple(
            _perhaps_hostile(provider, placement) for placement in schedule.placements
        ),
        events=tuple(_with_declines(Random(f"decline {seed}"), events)),
        planned_faults=tuple(_perhaps_resent(resent, one) for one in schedule.planned_faults),
        outages=outages,
        mails_approver=random.random() < 0.5,
        quiet_ms=max([schedule.quiet_ms, *(outage.until_ms for outage in outages)]),
    )
    return in_random_world(made)


def _perhaps_hostile(random: Random, placement: Placement) -> Placement:
    """One order in five is paid through a hostile provider."""
    if random.random() > 0.2:
        return placement
    return replace(placement, payment_method=random.choice(_HOSTILE_METHODS))


def _perhaps_resent(random: Random, planned: PlannedFault) -> PlannedFault:
    """Half of the lost answers are sent again by the SDK."""
    resent = planned.fault is Fault.LOST and random.random() < 0.5
    return replace(planned, fault=Fault.RESENT) if resent else planned


def _without_outages(seed: int) -> Schedule:
    random = Random(seed)
    orders = random.choice((1, 1, 1, 2, 3))
    events: list[ScheduledEvent] = []
    for order in range(orders):
        if random.random() < 0.7:
            events += _approval(random, order)
        for number in range(random.choice((0, 0, 1, 1, 2, 3))):
            events += _signals(random, order, f"s{order}{number}")
    events += [_action(random, orders) for _ in range(random.choice((0, 0, 1, 1, 2)))]
    number = random.choice((0, 1, 2, 3, 5, 8))
    return Schedule(
        seed=seed,
        units={"COFFEE-1KG": 8, "MUG-RED": 3, "RARE-1": 1},
        placements=tuple(_placement(random) for _ in range(orders)),
        events=tuple(events),
        planned_faults=tuple(
            one for _ in range(number) for one in _planned_faults(random, 60 * orders)
        ),
        quiet_ms=random.choice((60_000, 400_000, 1_000_000)),
        skewed=random.random() < 0.3,
    )


def _perhaps_timed_out(random: Random, event: ScheduledEvent) -> ScheduledEvent:
    """Half of the executions that are stopped run into their time limit instead."""
    timed_out = event.what is Action.STOP and random.random() < 0.5
    return replace(event, what=Action.TIME_OUT) if timed_out else event


def _with_declines(random: Random, events: Sequence[ScheduledEvent]) -> Iterator[ScheduledEvent]:
    """The events, with a decline in place of every fourth cancel. Repetitions of a signal
    change with it.
    """
    declined = {
        event.signal_id
        for event in events
        if event.what is SignalKind.CANCEL_ORDER and random.random() < 0.25
    }
    for one in events:
        is_declined = one.what is SignalKind.CANCEL_ORDER and one.signal_id in declined
        yield replace(one, what=SignalKind.DECLINE_PAYMENT) if is_declined else one


def _outages(random: Random) -> Iterator[Outage]:
    """One schedule in six has outages of seconds, minutes or hours."""
    if random.random() > 0.16:
        return
    for _ in range(random.choice((1, 1, 2))):
        begins = random.choice((random.randint(0, 5_000), random.randint(0, 900_000)))
        lasts = random.choice((5_000, 20_000, 60_000, 60_000, 300_000, 900_000, 5_400_000))
        ports = random.choice((*SERVICES.values(), SERVICES["tables"], EVERYTHING))
        yield Outage(ports, begins, begins + int(lasts * random.uniform(0.5, 1.5)))


def _planned_faults(random: Random, calls: int) -> list[PlannedFault]:
    """A fault at any call, at a call of one function, or, most often, at its write. Some faults
    repeat until all attempts have failed.
    """
    fault, number = random.choice(_FAULTS), random.randint(1, calls)
    if random.random() < 0.4:
        return [PlannedFault(fault, number)]
    function = random.choice(_FUNCTIONS)
    point = random.choice((None, _WRITE[function], _WRITE[function]))
    return [PlannedFault(fault, 1, function, point)] * random.choice((1, 1, 1, 2, 7))


def _placement(random: Random) -> Placement:
    skus = random.sample(_SKUS, random.choice((1, 1, 2)))
    return Placement(
        after_ms=random.randint(0, 300),
        items=tuple((sku, 1 if sku == "RARE-1" else random.randint(1, 2)) for sku in skus),
        customer=random.choice(("alice", "bob")),
        payment_method=random.choice(_METHODS),
        version=random.choice(("v1", "v2", "v2")),
        crash_at=random.randint(1, 5) if random.random() < 0.1 else None,
    )


def _approval(random: Random, order: int) -> list[ScheduledEvent]:
    """Most orders are approved soon after they begin to wait."""
    after = random.choice((random.randint(0, 500), random.randint(0, 400_000)))
    kind = SignalKind.APPROVE_PAYMENT
    return _sent(random, ScheduledEvent(kind, order, after, Stage.AWAITING_APPROVAL, f"a{order}"))


def _signals(random: Random, order: int, signal_id: str) -> list[ScheduledEvent]:
    signal = ScheduledEvent(
        random.choice(_KINDS),
        order,
        _moment(random),
        random.choice(_AT + _LATER),
        signal_id,
        random.choice(_SKUS),
        random.choice((None, None, None, None, 1, 2)),
    )
    return _sent(random, signal)


def _sent(random: Random, signal: ScheduledEvent) -> list[ScheduledEvent]:
    """The deliveries of a signal: 20 % are repeated, 20 % are delayed so that later signals may
    arrive first, 10 % come from a caller that crashes.
    """
    first = replace(
        signal,
        crash_at=random.randint(0, 2) if random.random() < 0.1 else None,
        held_up_ms=random.randint(1, 2_000) if random.random() < 0.2 else 0,
    )
    if random.random() >= 0.2:
        return [first]
    return [first, replace(signal, after_ms=signal.after_ms + _moment(random))]


def _moment(random: Random) -> int:
    """Milliseconds: mostly at once, sometimes around a tick or the deadline."""
    return random.choice(
        (
            random.randint(0, 150),
            random.randint(0, 150),
            random.randint(0, 3_000),
            random.randint(0, 60_000),
            random.choice((300_000, 900_000)) + random.randint(-2_000, 2_000),
        )
    )


def _action(random: Random, orders: int) -> ScheduledEvent:
    return ScheduledEvent(
        random.choice(_ACTIONS),
        random.randrange(orders),
        _moment(random),
        random.choice(_AT + _LATER),
    )
