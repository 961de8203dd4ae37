from dataclasses import replace

import pytest

from lambdas.domain.record.changes import (
    BACKOFF_LIMIT_MS,
    BANK_PAUSE_MS,
    CHECK_SOON_MS,
    make_change,
    next_check,
)
from lambdas.domain.record.ledger import (
    DISPUTE,
    LOOK_UP_NOW,
    PAY,
    RESERVE,
    Effect,
    EffectState,
    owes,
    unsettled_effects,
)
from lambdas.domain.record.stages import Stage
from tests.support.builders import a_signal, an_order
from tests.support.fakes.fake_clock import NOW

LATER = NOW + 5_000


def test_a_change_counts_the_write_and_numbers_its_events() -> None:
    order = an_order(sequence=7, event_count=3)

    made = make_change(order, order, LATER, ("one", {}), ("two", {"n": 2}))

    assert (made.after.sequence, made.after.event_count, made.after.updated_at) == (8, 5, LATER)
    assert [(e.number, e.kind, e.at) for e in made.events] == [(4, "one", LATER), (5, "two", LATER)]
    assert made.before is order


def test_events_have_the_stage_after_the_change_unless_another_is_given() -> None:
    order = an_order(Stage.COMPLETED)

    assert make_change(order, order, NOW, ("x", {})).events[0].stage == Stage.COMPLETED
    made = make_change(order, order, NOW, ("x", {}), event_stage=Stage.NOTIFY)
    assert made.events[0].stage == Stage.NOTIFY


def test_a_write_shows_that_the_execution_was_started_unless_it_raises_the_epoch() -> None:
    order = an_order(Stage.START, start_pending=True)

    assert make_change(order, order, NOW).after.start_pending is False
    assert make_change(order, replace(order, epoch=2), NOW).after.start_pending is True


@pytest.mark.parametrize(
    ("left_ms", "check_after_ms"),
    [(900_000, 960_000), (10_000, 60_000), (15_001, 120_000), (-900_000, 60_000)],
)
def test_a_waiting_order_is_checked_in_the_whole_minute_after_its_deadline_and_not_before(
    left_ms: int, check_after_ms: int
) -> None:
    assert next_check(an_order(approval_deadline=NOW + left_ms), NOW) == NOW + check_after_ms


def test_writes_to_a_resting_order_leave_its_check_alone() -> None:
    order = an_order()

    assert next_check(order, NOW + 1) == next_check(order, NOW + 600_000)


@pytest.mark.parametrize(
    ("due_ms", "check_after_ms"),
    [(1, 1), *[(due_ms, CHECK_SOON_MS) for due_ms in (0, -1, CHECK_SOON_MS + 1)]],
)
def test_a_check_is_moved_only_if_it_is_overdue_or_too_late(
    due_ms: int, check_after_ms: int
) -> None:
    order = an_order(Stage.PAYMENT, next_check_at=NOW + due_ms)

    assert make_change(order, order, NOW).after.next_check_at == NOW + check_after_ms


def test_no_write_puts_the_check_of_a_pending_signal_off() -> None:
    order = an_order(inbox=(a_signal(),), signal_check_at=NOW + CHECK_SOON_MS)

    made = make_change(order, replace(order, last_heartbeat_at=NOW), NOW + 40_000)

    assert made.after.next_check_at == NOW + CHECK_SOON_MS
    assert made.after.signal_check_at == NOW + CHECK_SOON_MS


def test_a_signal_after_all_others_were_applied_has_a_new_date() -> None:
    signal = a_signal()
    order = an_order(inbox=(signal,), signal_check_at=NOW + CHECK_SOON_MS)

    made = make_change(order, replace(order, applied=1, outcomes={signal.signal_id: "stale"}), NOW)

    assert made.after.signal_check_at is None


@pytest.mark.parametrize(
    "order",
    [
        an_order(Stage.START),
        an_order(Stage.PAYMENT),
        an_order(Stage.COMPENSATING),
        an_order(inbox=(a_signal(),)),
        an_order(approval_deadline=None),
    ],
)
def test_an_order_that_should_be_moving_is_due_at_the_next_sweep(order: object) -> None:
    assert next_check(order, NOW) == NOW + CHECK_SOON_MS  # type: ignore[arg-type]


def test_a_stuck_order_is_tried_again_with_backoff_up_to_an_hour() -> None:
    order = an_order(Stage.COMPENSATING)
    stuck = order.with_effect(RESERVE, replace(order.ledger[RESERVE], stuck=True))

    waits = [
        next_check(replace(stuck, compensation_attempts=n), NOW) - NOW for n in (1, 2, 6, 7, 99)
    ]

    doubled = [CHECK_SOON_MS * factor for factor in (2, 4, 64, 128, 128)]
    assert waits == [min(wait, BACKOFF_LIMIT_MS) for wait in doubled]


def test_an_order_that_only_a_bank_keeps_stuck_is_tried_again_after_a_day() -> None:
    paid = an_order(Stage.STATUS_UPDATE).ledger[PAY]
    pending = replace(paid, stuck=True, pending_until=NOW, look_up_at=NOW)
    dispute = Effect(key="dispute:O", state=EffectState.INTENT, at=NOW)
    order = an_order(Stage.COMPENSATING, ledger={PAY: pending, DISPUTE: dispute})
    ended = replace(dispute, state=EffectState.UNDONE)
    held = an_order(Stage.COMPENSATING).ledger[RESERVE]
    refused = replace(pending, pending_until=None, look_up_at=None)
    notified = replace(pending, look_up_at=LOOK_UP_NOW)

    assert next_check(order, NOW) == NOW + BANK_PAUSE_MS
    for name, effect in ((DISPUTE, ended), (RESERVE, held), (PAY, refused), (PAY, notified)):
        assert next_check(order.with_effect(name, effect), NOW) == NOW + CHECK_SOON_MS, name


@pytest.mark.parametrize("state", list(EffectState))
def test_an_effect_is_owed_until_it_is_undone(state: EffectState) -> None:
    order = an_order(Stage.PAYMENT)
    ledger = order.with_effect(PAY, replace(order.ledger[PAY], state=state)).ledger

    assert owes(ledger, PAY) == (state is not EffectState.UNDONE)
    assert owes({}, PAY) is False


def test_effects_are_undone_last_one_first() -> None:
    assert unsettled_effects(an_order(Stage.STATUS_UPDATE).ledger) == (PAY, RESERVE)
    assert unsettled_effects(an_order(Stage.CANCELLED).ledger) == ()


def test_an_effect_in_another_state_is_not_stuck() -> None:
    effect = replace(an_order().ledger[RESERVE], stuck=True)

    undone = effect.with_state(EffectState.UNDONE, LATER)

    assert (undone.state, undone.at, undone.stuck) == (EffectState.UNDONE, LATER, False)
    assert undone.key == effect.key
