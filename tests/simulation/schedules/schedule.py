"""What is going to happen in a simulation, in pieces that can be left out."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from lambdas.domain.mail.links import ORDER_ID_CHARACTERS
from lambdas.domain.record.signals import SignalKind
from lambdas.domain.record.stages import Stage
from lambdas.settings import Settings
from tests.simulation.world.faults import Call, Fault, Outage, possible

_DEFAULT = Settings()


def order_id(index: int) -> str:
    """The id of the order that a schedule places as its `index`th, from 0; as long as a ULID."""
    return f"O{index + 1:0{ORDER_ID_CHARACTERS - 1}}"


FIRST_ORDER = order_id(0)


class Action(StrEnum):
    """What happens besides signals; to one order, unless it says otherwise."""

    HEARTBEAT = "a person looks"
    STOP = "StopExecution"
    TIME_OUT = "the execution runs into its own time limit"
    TAKEOVER = "an operator compensates"
    RESUME = "an operator resumes"
    SWEEP = "the janitor sweeps (all orders)"
    LOSE_ALL = "the engine loses every execution"
    DEPLOY = "a new definition and new functions go live"


@dataclass(frozen=True, slots=True)
class Placement:
    """An order that is placed; `crash_at` is the caller's call at which it dies, `extra_minor` what
    the provider captures above the approved amount.
    """

    after_ms: int
    items: tuple[tuple[str, int], ...]
    customer: str
    payment_method: str
    version: str
    crash_at: int | None
    extra_minor: int = 0


@dataclass(frozen=True, slots=True)
class ScheduledEvent:
    """A signal or an action, `after_ms` after the beginning, or after the order first stands at
    `stage`. Signals carry an id: the same id twice is a caller that tries again. `held_up_ms` it is
    under way, and others may overtake it.
    """

    what: Action | SignalKind
    order: int
    after_ms: int
    stage: Stage | None = None
    signal_id: str = ""
    sku: str = ""
    revision: int | None = None
    crash_at: int | None = None
    held_up_ms: int = 0


@dataclass(frozen=True, slots=True)
class PlannedFault:
    """A fault that strikes the first call that it can, from a number on; of one function, or at
    one point of the boundary, where it names them. A `flapping` one strikes every other invocation
    only, beginning with that one.
    """

    fault: Fault
    from_call: int
    function: str | None = None
    point: str | None = None
    flapping: int | None = None

    def hits(self, call: Call) -> bool:
        """True for a call that this fault can strike."""
        return (
            self.from_call <= call.number
            and self.function in (None, call.function)
            and (self.flapping is None or self._in_turn(call.invocation - self.flapping))
            and self.point in (None, call.point)
            and possible(self.fault, call.point, is_activity=call.is_activity)
        )

    def _in_turn(self, later: int) -> bool:
        return later >= 0 and later % 2 == 0


@dataclass(frozen=True, slots=True)
class Schedule:
    """A whole run. Faults and events end at `quiet_ms`."""

    seed: int
    units: Mapping[str, int]
    placements: tuple[Placement, ...]
    events: tuple[ScheduledEvent, ...]
    planned_faults: tuple[PlannedFault, ...]
    quiet_ms: int
    skewed: bool
    outages: tuple[Outage, ...] = ()
    mails_approver: bool = True
    currency: str = "EUR"
    approval_timeout_seconds: int = _DEFAULT.approval_timeout_seconds
    heartbeat_seconds: int = _DEFAULT.heartbeat_seconds


def one_order(
    *events: ScheduledEvent,
    item: tuple[str, int] = ("MUG-RED", 1),
    payment_method: str = "pm_ok",
    version: str = "v2",
    placed_at_ms: int = 0,
    **changes: Any,
) -> Schedule:
    """One order without faults, at exact clocks."""
    order = Placement(placed_at_ms, (item,), "alice", payment_method, version, None)
    usual = Schedule(
        seed=3,
        units={"COFFEE-1KG": 8, "MUG-RED": 3, "RARE-1": 1},
        placements=(order,),
        events=events,
        planned_faults=(),
        quiet_ms=400_000,
        skewed=False,
    )
    return replace(usual, **changes)
