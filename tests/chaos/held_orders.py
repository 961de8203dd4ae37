"""Keeps one order at each point of the workflow, by faults that the emulator injects.

A held activity continues after HOLD_SECONDS, so the kill must follow soon.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from local.checks.records import ENDS
from local.scenario_runner.backend import Backend
from tests.chaos.orders import OrderUsers

HOLD_SECONDS = 28.0
"""Less than 30 s, the timeout after which the workflow repeats an activity."""
PATIENCE_SECONDS = 900.0
"""The longest wait for a stage. The janitor repeats a lost start when its check is due, in the next
sweep.
"""
POLL_SECONDS = 0.05

Fault = Mapping[str, Any]
Action = Callable[[OrderUsers], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldPoint:
    """Where an order is kept: the users' actions before the kill, the fault that holds the order,
    the actions after the kill, and the stage to wait for if no fault holds it.
    """

    name: str
    method: str = "pm_ok"
    fault: Fault | None = None
    before: tuple[Action, ...] = ()
    stage: str = ""
    after: tuple[Action, ...] = field(default=())


def _hold_activity(function: str, *, after: bool = False) -> Fault:
    """The activity is invoked and does not begin, or has finished and does not respond."""
    return {
        "service": "lambda",
        "action": "Invoke",
        "function": function,
        "effect": "delay",
        "seconds": HOLD_SECONDS,
        "after": after,
    }


def _drop_call(action: str) -> Fault:
    return {"service": "states", "action": action, "effect": "drop"}


def _await_approval_stage(users: OrderUsers) -> None:
    _await_stage(users, "awaiting-approval")


_APPROVED: tuple[Action, ...] = (_await_approval_stage, OrderUsers.approve)
_CANCELLED: tuple[Action, ...] = (_await_approval_stage, OrderUsers.cancel)

# Orders that no fault holds come last: their deadline, or the next tick, is near.
HOLD_POINTS = (
    HoldPoint(name="ended: completed", before=_APPROVED, stage="completed"),
    HoldPoint(name="ended: cancelled", before=_CANCELLED, stage="cancelled"),
    HoldPoint(name="ended: failed", method="pm_declined", before=_APPROVED, stage="failed"),
    HoldPoint(name="enriching", fault=_hold_activity("fetch-customer-profile")),
    HoldPoint(name="reserving", fault=_hold_activity("reserve-stock")),
    HoldPoint(name="reserved, unanswered", fault=_hold_activity("reserve-stock", after=True)),
    HoldPoint(name="applying signals", fault=_hold_activity("apply-signals"), before=_APPROVED),
    HoldPoint(name="about to charge", fault=_hold_activity("process-payment"), before=_APPROVED),
    HoldPoint(
        name="charged, unanswered",
        fault=_hold_activity("process-payment", after=True),
        before=_APPROVED,
    ),
    HoldPoint(
        name="about to complete", fault=_hold_activity("update-order-status"), before=_APPROVED
    ),
    HoldPoint(
        name="about to mail", fault=_hold_activity("send-order-confirmation"), before=_APPROVED
    ),
    HoldPoint(name="about to refund", fault=_hold_activity("refund-payment"), before=_CANCELLED),
    HoldPoint(name="about to release", fault=_hold_activity("release-stock"), before=_CANCELLED),
    HoldPoint(
        name="released, unanswered",
        fault=_hold_activity("release-stock", after=True),
        before=_CANCELLED,
    ),
    HoldPoint(name="about to close", fault=_hold_activity("close-order"), before=_CANCELLED),
    HoldPoint(name="start lost", fault=_drop_call("StartExecution"), after=_APPROVED),
    HoldPoint(name="waits until the deadline", stage="awaiting-approval"),
    HoldPoint(
        name="waits, approved afterwards", stage="awaiting-approval", after=(OrderUsers.approve,)
    ),
    HoldPoint(
        name="waits, cancelled afterwards", stage="awaiting-approval", after=(OrderUsers.cancel,)
    ),
    HoldPoint(name="doorbell lost", fault=_drop_call("SendTaskSuccess"), before=_APPROVED),
)


def hold(point: HoldPoint, users: OrderUsers, backend: Backend) -> None:
    """Bring one order to its point. Returns when it is there. Hold one order at a time, because the
    fault holds the next call of the activity for any order.
    """
    if point.fault is not None:
        backend.inject_fault(point.fault)
    users.place()
    for action in point.before:
        action(users)
    if point.stage:
        found = _await_stage(users, point.stage)
        assert found == point.stage, f"{found} instead of {point.name}"
    for _ in _poll(f"an order to be held: {point.name}"):
        if backend.pending_faults() == 0:
            return


def hold_during_charge(users: OrderUsers, backend: Backend) -> None:
    """Bring an order with `pm_slow` to the middle of its charge: the money is captured, and the
    activity waits three more seconds for a response that does not arrive.
    """
    users.place()
    for action in _APPROVED:
        action(users)
    key = f"pay:{users.observed.order_id}"
    for _ in _poll(f"a charge under {key}"):
        if backend.snapshot().payments_under(key):
            return


def _await_stage(users: OrderUsers, stage: str) -> str:
    """Wait until the order is in a stage or has ended. Returns its stage."""
    for _ in _poll(f"{users.observed.order_id} to be {stage}"):
        found = str(users.look()["stage"])
        if found == stage or found in ENDS:
            return found
    raise AssertionError("not reached")


def _poll(what: str) -> Iterator[None]:
    give_up = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < give_up:
        yield
        time.sleep(POLL_SECONDS)
    raise AssertionError(f"waited {PATIENCE_SECONDS:.0f} s without success for {what}")
