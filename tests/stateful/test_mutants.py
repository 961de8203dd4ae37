"""The machine can fail: each broken variant of the surface is found by it."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from lambdas.activities import approval, inventory, payment
from lambdas.domain.record.order import Order
from lambdas.domain.record.signals import Signal
from lambdas.domain.signals import application
from lambdas.domain.steps.compensation import begin_compensation
from tests.simulation.mutants import MUTANTS
from tests.stateful.environments import InMemory
from tests.stateful.running import run
from tests.support import fake_store

pytestmark = pytest.mark.proof

EXAMPLES, STEPS = 600, 40
Break = Callable[[pytest.MonkeyPatch], None]


def _any_body_is_the_same_request(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Signal, "same_request", lambda self, other: True)


def _dedupe_is_removed(patch: pytest.MonkeyPatch) -> None:
    admits = fake_store._admits

    def admits_again(order: Order, signal: Signal, now: int) -> bool:
        return admits(order, replace(signal, signal_id="never seen"), now)

    patch.setattr(fake_store, "_admits", admits_again)


def _revision_check_is_removed(patch: pytest.MonkeyPatch) -> None:
    approve = application._approve

    def approve_any(order: Order, now: int, signal: Signal) -> Any:
        return approve(order, now, replace(signal, revision=order.revision))

    patch.setattr(application, "_approve", approve_any)


def _stock_release_is_skipped(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(inventory, "release", lambda order, now: None)


def _refund_is_skipped(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(payment, "owes", lambda ledger, effect: False)


def _deadline_comes_before_signals(patch: pytest.MonkeyPatch) -> None:
    apply_next = application.apply_next

    def expire_first(order: Order, now: int, prices: Any, **more: Any) -> Any:
        if order.approval_deadline is not None and now >= order.approval_deadline:
            return begin_compensation(order, now, error="approval timeout", cancelled=True)
        return apply_next(order, now, prices, **more)

    patch.setattr(approval, "apply_next", expire_first)


def _epoch_is_not_checked(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Order, "require_epoch", lambda self, epoch: None)


def _executions_follow_the_newest_definition(patch: pytest.MonkeyPatch) -> None:
    newest = MUTANTS["newest-definition"]
    patch.setattr(newest.target, newest.name, newest.replacement)


BROKEN: tuple[Break, ...] = (
    _any_body_is_the_same_request,
    _dedupe_is_removed,
    _revision_check_is_removed,
    _stock_release_is_skipped,
    _refund_is_skipped,
    _deadline_comes_before_signals,
    _epoch_is_not_checked,
    _executions_follow_the_newest_definition,
)


@pytest.mark.parametrize("broken", BROKEN, ids=lambda broken: broken.__name__.strip("_"))
def test_the_machine_finds_a_surface_whose(
    broken: Break, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    broken(monkeypatch)
    with pytest.raises((AssertionError, ValueError)):
        run(InMemory, examples=EXAMPLES, steps=STEPS, shrinks=False)
