"""For each mutant of the model: the code with the same rule off, and how the simulator says so."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import pytest

from lambdas.activities import approval, inventory, order_status, payment
from lambdas.domain.record.order import Order
from lambdas.domain.signals import application
from lambdas.domain.steps import compensation
from lambdas.domain.steps import payment as steps_payment
from lambdas.janitor import Janitor
from tests.replay import rules_off as off
from tests.simulation import mutants as simulated
from tests.simulation import mutated_code
from tests.simulation.activities import STEPS
from tests.simulation.ports import Store
from tests.simulation.store import WatchedStore

LOST_OUTCOME = "ended with 1 signals without an outcome"
KEPT_MONEY = "failed, but 1 were kept"


class Edit(NamedTuple):
    """Something in place of an attribute (of an item, where the target is a mapping)."""

    target: Any
    name: str
    replacement: object


@dataclass(frozen=True, slots=True)
class CodeMutant:
    """`noticed` is a part of what the simulator's invariants say: the model's, in its words."""

    noticed: str
    edits: tuple[Edit, ...]

    def apply(self, patch: pytest.MonkeyPatch) -> None:
        for target, name, replacement in self.edits:
            if isinstance(target, dict):
                patch.setitem(target, name, replacement)
            else:
                patch.setattr(target, name, replacement)


def _mutant(noticed: str, target: object, name: str, replacement: object) -> CodeMutant:
    return CodeMutant(noticed, (Edit(target, name, replacement),))


def _as_in_simulation(noticed: str, name: str) -> CodeMutant:
    known = simulated.MUTANTS[name]
    return _mutant(noticed, known.target, known.name, known.replacement)


NO_SWEEP = Edit(Janitor, "sweep", lambda janitor: {})

CODE_MUTANTS: Mapping[str, CodeMutant] = {
    "token-as-authority": _mutant(
        "202 for 1, but no outcome", WatchedStore, "append_signal", off.append_if_awaited
    ),
    "no-tick-no-janitor": CodeMutant(
        "never ended",
        (
            Edit(inventory, "next_step", off.wait_for_ever),
            Edit(approval, "next_step", off.wait_for_ever),
            NO_SWEEP,
        ),
    ),
    "no-janitor": CodeMutant("never ended", (NO_SWEEP,)),
    "payment-per-attempt": _as_in_simulation("captured 2 times", "payment-per-attempt"),
    "no-cancel-check": _as_in_simulation(
        "an accepted cancel ended completed", "complete-despite-cancel"
    ),
    "expire-before-applying": _mutant(
        "expired over a signal in time", approval, "apply_next", off.expire_first
    ),
    "no-dedupe": _as_in_simulation("signal 1 is there 2 times", "signal-twice"),
    "no-epoch": _mutant(
        "epoch 1 wrote, 2 is the owner", Order, "require_epoch", lambda order, epoch: None
    ),
    "unknown-is-failed": _mutant(KEPT_MONEY, STEPS, "ProcessPayment", off.charge_or_decline),
    "approve-without-revision": _as_in_simulation("approvers saw [None]", "stale-approval"),
    "refund-before-void": _mutant(KEPT_MONEY, STEPS, "RefundPayment", off.refund_then_void),
    "two-writes": _mutant("orders say 1, 0", Store, "commit", off.stage_then_stock),
    "blind-writes": _mutant(LOST_OUTCOME, WatchedStore, "commit", off.write_blindly),
    "no-intent": CodeMutant(
        "captured 2 times",
        (
            Edit(application, "_approve", off.approve_without_intent),
            Edit(steps_payment, "approved_amount", lambda order: order.total),
            Edit(payment, "approved_amount", lambda order: order.total),
            Edit(payment, "record_reference", mutated_code.record_no_reference),
            Edit(payment, "record_charge", off.charged_without_intent),
        ),
    ),
    "deadline-moves": _mutant(
        "the deadline moved", approval, "make_change", off.keep_token_with_new_deadline
    ),
    "close-with-debts": _mutant(
        "ended with something that is not undone", compensation, "unsettled", lambda ledger: ()
    ),
    "late-charge-recorded": _mutant(
        "a compensated order continued to status-update",
        payment,
        "record_charge",
        off.charged_at_any_stage,
    ),
    "pending-forgotten": _mutant(LOST_OUTCOME, payment, "begin_compensation", off.forget_pending),
    "compensate-outages": _as_in_simulation("without a valid reason", "outage-is-compensated"),
    "compensate-lost-executions": _as_in_simulation(
        "without a valid reason", "lost-execution-is-compensated"
    ),
    "close-unbegun": _mutant(LOST_OUTCOME, order_status, "close", off.close_whatever_the_stage),
}
