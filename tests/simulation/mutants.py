"""One-line mistakes that the simulator must find: what it cannot find, it does not prove."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import count
from typing import Any

from lambdas import janitor
from lambdas.activities import inventory, notification, order_status, payment
from lambdas.domain import approving, compensating
from lambdas.domain.changes import Change, change
from lambdas.domain.errors import OrderError
from lambdas.domain.ledger import RESERVE, EffectState, effect_key
from lambdas.domain.notifying import claim_mail
from lambdas.domain.order import Order
from lambdas.domain.reserving import complete, release, reserve
from lambdas.domain.signals import Signal
from tests.simulation.ports import Payments
from tests.simulation.store import WatchedStore
from tests.support import fake_store

_approve = approving._approve
_admits = fake_store._admits
_begin = compensating.begin_compensation


@dataclass(frozen=True, slots=True)
class Mutant:
    """Somewhere in place of something; `story` says what is wrong with it."""

    target: object
    name: str
    replacement: object
    story: str


def _commit(store: WatchedStore, planned: Change) -> Order:
    store.inventory.require(planned.stock, planned.before.order_id)
    store.inventory.apply(planned.stock)
    return store._write(planned.after, planned.events)


_attempts = count(1)


def _key_per_attempt(effect: str, order_id: str) -> str:
    return f"{effect_key(effect, order_id)}:{next(_attempts)}"


def _complete(order: Order, now: int) -> Change | None:
    made = complete(replace(order, cancel_requested_at=None), now)
    if made is None:
        return None
    after = replace(made.after, cancel_requested_at=order.cancel_requested_at)
    return replace(made, before=order, after=after)


def _look_up(payments: Payments, key: str) -> int:
    def captured() -> int:
        book = payments._world.payments.payments.get(key)
        return book.captured.amount_minor if book and book.captured else 0

    return payments._cross("payments.close", captured)


def _claim(order: Order, now: int, mail: str) -> Change | None:
    unclaimed = {name: effect for name, effect in order.ledger.items() if name != mail}
    made = claim_mail(replace(order, ledger=unclaimed), now, mail)
    return None if made is None else replace(made, before=order)


def _reserve(order: Order, now: int, timeout_ms: int) -> Change | None:
    if not order.reserved:
        return reserve(order, now, timeout_ms)
    return change(order, replace(order, approval_deadline=now + timeout_ms), now)


def _release(order: Order, now: int) -> Change | None:
    if RESERVE not in order.ledger:
        return None
    held = order.ledger[RESERVE].moved(EffectState.DONE, now)
    made = release(order.with_effect(RESERVE, held), now)
    return None if made is None else replace(made, before=order)


def _approve_anything(order: Order, now: int, signal: Signal) -> Change:
    return _approve(order, now, replace(signal, revision=order.revision))


def _admit_twice(order: Order, signal: Signal, now: int) -> bool:
    return _admits(order, replace(signal, signal_id="never seen"), now)


def _charge_lightly(payments: Payments, key: str, amount: Any, method: str) -> None:
    """The activity takes a missing answer for a capture."""
    try:
        _charge(payments, key, amount, method)
    except OrderError as error:
        if error.message != "the answer was lost" and not error.message.startswith("given up"):
            raise


_charge = Payments.charge

MUTANTS: Mapping[str, Mutant] = {
    "no-sequence-check": Mutant(WatchedStore, "commit", _commit, "writes overwrite each other"),
    "key-per-attempt": Mutant(
        payment, "effect_key", _key_per_attempt, "each attempt pays under a key of its own"
    ),
    "complete-despite-cancel": Mutant(
        order_status, "complete", _complete, "completing does not ask for a pending cancel"
    ),
    "refund-without-close": Mutant(
        Payments, "close", _look_up, "a charge under way arrives after the refund"
    ),
    "missing-answer-is-paid": Mutant(
        Payments, "charge", _charge_lightly, "a missing answer is taken for a capture"
    ),
    "no-epoch-check": Mutant(
        Order, "require_epoch", lambda order, epoch: None, "an old execution still writes"
    ),
    "mail-without-claim": Mutant(
        notification, "claim_mail", _claim, "a repeated activity sends its mail again"
    ),
    "deadline-moves": Mutant(
        inventory, "reserve", _reserve, "reserving again sets the deadline again"
    ),
    "release-twice": Mutant(
        inventory, "release", _release, "a repeated release gives back what others hold"
    ),
    "stale-approval": Mutant(
        approving, "_approve", _approve_anything, "an approval counts for what nobody saw"
    ),
    "signal-twice": Mutant(
        fake_store, "_admits", _admit_twice, "a caller that tries again signals twice"
    ),
    "takeover-in-the-same-epoch": Mutant(
        janitor,
        "begin_compensation",
        lambda order, now, **more: _begin(order, now, **{**more, "next_epoch": False}),
        "nobody is ever started in place of a lost execution",
    ),
}
