"""The end of a wait for approval: when it expires, and what the workflow does next."""

import pytest

from lambdas.domain.record.order import Order
from lambdas.domain.record.stages import Stage
from lambdas.domain.signals.application import apply_next
from lambdas.domain.steps.wait import Decision, WaitPolicy, expire, next_step
from tests.support.builders import APPROVAL_TIMEOUT_MS, an_order, made
from tests.support.fakes.fake_clock import NOW
from tests.unit.domain.signals.applying import APPROVE, PRICES

AFTER_DEADLINE = NOW + APPROVAL_TIMEOUT_MS
PACE = WaitPolicy(approval_timeout_seconds=900, heartbeat_seconds=300, mails_approver=False)


def test_an_order_expires_at_its_deadline_and_not_before() -> None:
    after = made(expire(an_order(), AFTER_DEADLINE)).after

    assert (after.stage, after.cancelled) == (Stage.COMPENSATING, True)
    assert after.last_error == "approval timeout"
    assert expire(an_order(), AFTER_DEADLINE - 1) is None


def test_a_signal_that_came_in_time_is_applied_even_after_the_deadline() -> None:
    order = an_order(inbox=(APPROVE,))

    assert expire(order, AFTER_DEADLINE) is None
    assert apply_next(order, AFTER_DEADLINE, PRICES).after.stage is Stage.PAYMENT


@pytest.mark.parametrize("stage", sorted(set(Stage) - {Stage.AWAITING_APPROVAL}))
def test_only_a_waiting_order_with_a_deadline_expires(stage: Stage) -> None:
    assert expire(an_order(stage), AFTER_DEADLINE) is None
    assert expire(an_order(approval_deadline=None), AFTER_DEADLINE) is None


@pytest.mark.parametrize(
    ("stage", "loops", "decision"),
    [
        (Stage.AWAITING_APPROVAL, 200, Decision.WAIT),
        (Stage.AWAITING_APPROVAL, 201, Decision.CONTINUE),
        (Stage.PAYMENT, 201, Decision.PAY),
    ],
)
def test_only_a_wait_of_many_wake_ups_continues_in_a_new_execution(
    stage: Stage, loops: int, decision: Decision
) -> None:
    assert next_step(an_order(stage), NOW, PACE, loops=loops).decision is decision


@pytest.mark.parametrize(
    ("order", "decision"),
    [
        (an_order(), Decision.WAIT),
        (an_order(Stage.PAYMENT), Decision.PAY),
        (an_order(Stage.START), Decision.START),
        (an_order(Stage.ENRICHMENT), Decision.START),
        (an_order(Stage.RESERVE), Decision.START),
        (an_order(Stage.RESERVE, cancel_requested_at=NOW), Decision.COMPENSATE),
        (an_order(Stage.STATUS_UPDATE), Decision.COMPLETE),
        (an_order(Stage.STATUS_UPDATE, cancel_requested_at=NOW), Decision.COMPENSATE),
        (an_order(Stage.PAYMENT, cancel_requested_at=NOW), Decision.COMPENSATE),
        (an_order(Stage.COMPENSATING), Decision.COMPENSATE),
        (an_order(Stage.COMPENSATING, last_error="approval timeout"), Decision.EXPIRE),
        (an_order(Stage.COMPENSATING, last_error="ProviderUnavailable: no"), Decision.GIVE_UP),
        (an_order(Stage.COMPLETED), Decision.CONFIRM),
        (an_order(Stage.FAILED), Decision.COMPENSATE),
    ],
)
def test_the_next_step_is_read_off_the_order(order: Order, decision: Decision) -> None:
    assert next_step(order, NOW, PACE, loops=3).decision is decision


@pytest.mark.parametrize(
    ("left_ms", "heartbeat", "timeout"),
    [
        (900_000, 300, 901),
        (301_000, 300, 302),
        (299_500, 300, 301),
        (2_001, 3, 4),
        (1_001, 2, 3),
        (1_000, 1, 2),
        (1, 1, 2),
        (0, 1, 2),
        (-1_000_000, 1, 2),
    ],
)
def test_the_tick_is_always_shorter_than_the_wait_and_the_wait_outlasts_the_deadline(
    left_ms: int, heartbeat: int, timeout: int
) -> None:
    step = next_step(an_order(), AFTER_DEADLINE - left_ms, PACE, loops=3)

    assert (step.heartbeat_seconds, step.timeout_seconds, step.loops) == (heartbeat, timeout, 3)
    assert step.heartbeat_seconds < step.timeout_seconds


def test_an_order_without_a_deadline_makes_a_valid_wait() -> None:
    step = next_step(an_order(approval_deadline=None), NOW, PACE, loops=0)

    assert (step.heartbeat_seconds, step.timeout_seconds) == (1, 2)
