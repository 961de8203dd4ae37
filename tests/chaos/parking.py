"""Keeps one order at each place of the workflow, by faults that the emulator injects.

A held activity continues after HOLD_SECONDS, so the kill must follow soon.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from local.checks.records import ENDS
from local.scenario_runner.backend import Backend
from tests.chaos.orders import Shopper

HOLD_SECONDS = 28.0
"""Less than 30 s, the timeout after which the workflow repeats an activity."""
PATIENCE_SECONDS = 900.0
"""The longest wait for a stage. The janitor repeats a lost start when its check is due, in the next
sweep.
"""
POLL_SECONDS = 0.05

Fault = Mapping[str, Any]
Action = Callable[[Shopper], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where an order is kept: the users' actions before the kill, the fault that holds the order,
    the actions after the kill, and the stage to wait for if no fault holds it.
    """

    name: str
    method: str = "pm_ok"
    fault: Fault | None = None
    before: tuple[Action, ...] = ()
    stage: str = ""
    after: tuple[Action, ...] = field(default=())


def _held(function: str, *, after: bool = False) -> Fault:
    """The activity is invoked and does not begin, or has finished and does not respond."""
    return {
        "service": "lambda",
        "action": "Invoke",
        "function": function,
        "effect": "delay",
        "seconds": HOLD_SECONDS,
        "after": after,
    }


def _lost(action: str) -> Fault:
    return {"service": "states", "action": action, "effect": "drop"}


def _waiting(shopper: Shopper) -> None:
    _reached(shopper, "awaiting-approval")


_APPROVED: tuple[Action, ...] = (_waiting, Shopper.approve)
_CANCELLED: tuple[Action, ...] = (_waiting, Shopper.cancel)

# Orders that no fault holds come last: their deadline, or the next tick, is near.
PLACES = (
    Place(name="ended: completed", before=_APPROVED, stage="completed"),
    Place(name="ended: cancelled", before=_CANCELLED, stage="cancelled"),
    Place(name="ended: failed", method="pm_declined", before=_APPROVED, stage="failed"),
    Place(name="enriching", fault=_held("fetch-customer-profile")),
    Place(name="reserving", fault=_held("reserve-stock")),
    Place(name="reserved, unanswered", fault=_held("reserve-stock", after=True)),
    Place(name="applying signals", fault=_held("apply-signals"), before=_APPROVED),
    Place(name="about to charge", fault=_held("process-payment"), before=_APPROVED),
    Place(name="charged, unanswered", fault=_held("process-payment", after=True), before=_APPROVED),
    Place(name="about to complete", fault=_held("update-order-status"), before=_APPROVED),
    Place(name="about to mail", fault=_held("send-order-confirmation"), before=_APPROVED),
    Place(name="about to refund", fault=_held("refund-payment"), before=_CANCELLED),
    Place(name="about to release", fault=_held("release-stock"), before=_CANCELLED),
    Place(name="released, unanswered", fault=_held("release-stock", after=True), before=_CANCELLED),
    Place(name="about to close", fault=_held("close-order"), before=_CANCELLED),
    Place(name="start lost", fault=_lost("StartExecution"), after=_APPROVED),
    Place(name="waits until the deadline", stage="awaiting-approval"),
    Place(name="waits, approved afterwards", stage="awaiting-approval", after=(Shopper.approve,)),
    Place(name="waits, cancelled afterwards", stage="awaiting-approval", after=(Shopper.cancel,)),
    Place(name="doorbell lost", fault=_lost("SendTaskSuccess"), before=_APPROVED),
)


def park(place: Place, shopper: Shopper, backend: Backend) -> None:
    """Bring one order to its place. Returns when it is there. Park one order at a time, because the
    fault holds the next call of the activity for any order.
    """
    if place.fault is not None:
        backend.inject_fault(place.fault)
    shopper.place()
    for action in place.before:
        action(shopper)
    if place.stage:
        found = _reached(shopper, place.stage)
        assert found == place.stage, f"{found} instead of {place.name}"
    for _ in _patiently(f"an order to be held: {place.name}"):
        if backend.pending_faults() == 0:
            return


def charging(shopper: Shopper, backend: Backend) -> None:
    """Bring an order with `pm_slow` to the middle of its charge: the money is captured, and the
    activity waits three more seconds for a response that does not arrive.
    """
    shopper.place()
    for action in _APPROVED:
        action(shopper)
    key = f"pay:{shopper.witness.order_id}"
    for _ in _patiently(f"a charge under {key}"):
        if backend.snapshot().payments_under(key):
            return


def _reached(shopper: Shopper, stage: str) -> str:
    """Wait until the order is in a stage or has ended. Returns its stage."""
    for _ in _patiently(f"{shopper.witness.order_id} to be {stage}"):
        found = str(shopper.look()["stage"])
        if found == stage or found in ENDS:
            return found
    raise AssertionError("not reached")


def _patiently(what: str) -> Iterator[None]:
    give_up = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < give_up:
        yield
        time.sleep(POLL_SECONDS)
    raise AssertionError(f"waited {PATIENCE_SECONDS:.0f} s without success for {what}")
