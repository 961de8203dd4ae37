"""One-line mistakes that the simulator must find: what it cannot find, it does not prove."""

from collections.abc import Mapping
from dataclasses import dataclass

from lambdas import janitor
from lambdas.activities import inventory, notification, order_status, payment
from lambdas.domain.record.order import Order
from lambdas.domain.signals import application
from lambdas.domain.steps import compensation
from tests.simulation import broken
from tests.simulation.engine import Engine
from tests.simulation.ports import Desk, Payments
from tests.simulation.store import WatchedStore
from tests.support import fake_store

_begin = compensation.begin_compensation


@dataclass(frozen=True, slots=True)
class Mutant:
    """Somewhere in place of something; `story` says what is wrong with it."""

    target: object
    name: str
    replacement: object
    story: str


MUTANTS: Mapping[str, Mutant] = {
    "no-sequence-check": Mutant(
        WatchedStore, "commit", broken.commit_whatever, "writes overwrite each other"
    ),
    "key-per-attempt": Mutant(
        payment, "effect_key", broken.key_per_attempt, "each attempt pays under a key of its own"
    ),
    "complete-despite-cancel": Mutant(
        order_status,
        "complete",
        broken.complete_despite_cancel,
        "completing does not ask for a pending cancel",
    ),
    "refund-without-close": Mutant(
        Payments, "close", broken.look_up, "a charge under way arrives after the refund"
    ),
    "missing-answer-is-paid": Mutant(
        Payments, "charge", broken.charge_lightly, "a missing answer is taken for a capture"
    ),
    "no-epoch-check": Mutant(
        Order, "require_epoch", lambda order, epoch: None, "an old execution still writes"
    ),
    "mail-without-claim": Mutant(
        notification, "claim_mail", broken.claim_again, "a repeated activity sends its mail again"
    ),
    "deadline-moves": Mutant(
        inventory, "reserve", broken.reserve_anew, "reserving again sets the deadline again"
    ),
    "release-twice": Mutant(
        inventory, "release", broken.release_again, "a repeated release gives back what others hold"
    ),
    "stale-approval": Mutant(
        application, "_approve", broken.approve_anything, "an approval counts for what nobody saw"
    ),
    "signal-twice": Mutant(
        fake_store, "_admits", broken.admit_twice, "a caller that tries again signals twice"
    ),
    "takeover-in-the-same-epoch": Mutant(
        janitor,
        "begin_compensation",
        lambda order, now, **more: _begin(order, now, **{**more, "next_epoch": False}),
        "nobody is ever started in place of a lost execution",
    ),
    "newest-definition": Mutant(
        Engine, "_pinned", broken.newest, "an execution follows the newest definition"
    ),
    "janitor-never-rings": Mutant(
        janitor.Janitor, "_wake", broken.never_ring, "the janitor rings nobody again"
    ),
    "confirmation-never-sent": Mutant(
        notification, "claim_mail", broken.never_confirm, "nobody hears of a completed order"
    ),
    "outage-is-compensated": Mutant(
        Engine, "_pinned", broken.compensating_whatever_fails, "an outage turns an order back"
    ),
    "lost-execution-is-compensated": Mutant(
        janitor, "resume", broken.compensate_lost, "an order ends because the engine forgot it"
    ),
    "takeovers-without-pause": Mutant(
        janitor, "next_takeover_at", lambda order: 0, "takeovers follow each other at once"
    ),
    "takeovers-never-reported": Mutant(
        Desk, "report_takeovers", lambda desk, order: None, "repeated takeovers are not reported"
    ),
    "stuck-never-reported": Mutant(
        Desk, "report_stuck", lambda desk, order, effects: None, "nobody hears of what is stuck"
    ),
}
