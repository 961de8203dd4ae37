"""The end of a wait for approval: when it expires, and what the workflow does next."""

import pytest

from lambdas.domain.record.order import Order
from lambdas.domain.record.stages import Stage
from lambdas.domain.signals.application import apply_next
from lambdas.domain.steps.takeover import MAX_LOOPS
from lambdas.domain.steps.wait import Decision, WaitPolicy, expire, next_step
from tests.support.builders import APPROVAL_TIMEOUT_MS, an_order
from tests.support.fakes.fake_clock import NOW
from tests.unit.domain.signals.applying import APPROVE, PRICES

AFTER_DEADLINE = NOW + APPROVAL_TIMEOUT_MS
PACE = WaitPolicy(approval_timeout_seconds=900, heartbeat_seconds=300, mails_approver=False)


def test_an_order_expires_at_its_deadline() -> None:
    made = expire(an_order(), AFTER_DEADLINE)

    assert made is not None
    assert (made.after.stage, made.after.cancelled) == (Stage.COMPENSATING, True)
    assert made.after.last_error == "approval timeout"


def test_an_order_does_not_expire_before_its_deadline() -> None:
    assert expire(an_order(), AFTER_DEADLINE - 1) is None


def test_a_signal_that_came_in_time_is_applied_even_after_the_deadline() -> None:
    order = an_order(inbox=(APPROVE,))

    assert expire(order, AFTER_DEADLINE) is None
    assert apply_next(order, AFTER_DEADLINE, PRICES).after.stage is Stage.PAYMENT


@pytest.mark.parametrize("stage", sorted(set(Stage) - {Stage.AWAITING_APPROVAL}))
def test_only_a_waiting_order_expires(stage: Stage) -> None:
    assert expire(an_order(stage), AFTER_DEADLINE) is None


def test_an_order_without_a_deadline_does_not_expire() -> None:
    assert expire(an_order(approval_deadline=None), AFTER_DEADLINE) is None


@pytest.mark.parametrize(("loops", "decision"), [(200, Decision.WAIT), (201, Decision.CONTINUE)])
def test_a_wait_of_many_wake_ups_continues_in_a_new_execution(
    loops: int, decision: Decision
) -> None:
    assert next_step(an_order(), NOW, PACE, loops=loops).decision is decision


def test_an_order_that_need_not_wait_is_not_handed_over_for_its_wake_ups() -> None:
    order = an_order(Stage.PAYMENT)

    assert next_step(order, NOW, PACE, loops=MAX_LOOPS + 1).decision is Decision.PAY


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
