"""Values at which a rule just holds, and times that do not divide evenly."""

from dataclasses import replace

import pytest

from lambdas.domain.mail.links import digest, signal_id
from lambdas.domain.mail.reminders import next_mail_at
from lambdas.domain.record.money import Price
from lambdas.domain.record.order import MAX_QUANTITY
from lambdas.domain.record.signals import SignalKind
from lambdas.domain.signals.application import apply_next
from lambdas.domain.steps.wait import WaitPolicy, next_step
from tests.support.builders import APPROVAL_TIMEOUT_MS, a_line, a_signal, an_order
from tests.support.fakes.fake_clock import NOW

ADD = a_signal(SignalKind.ADD_LINE_ITEM, signal_id="N", quantity=MAX_QUANTITY)
PACE = WaitPolicy(approval_timeout_seconds=900, heartbeat_seconds=300, mails_approver=False)


@pytest.mark.parametrize(("there", "more"), [(0, MAX_QUANTITY), (MAX_QUANTITY - 1, 1)])
def test_as_many_units_as_a_line_may_have_can_be_added(there: int, more: int) -> None:
    lines = (a_line("MUG-RED", there),) if there else (a_line(),)
    order = an_order(items=lines, inbox=(replace(ADD, quantity=more),))

    made = apply_next(order, NOW, {"MUG-RED": Price(800, "EUR")})

    assert made.after.outcomes == {"N": "applied"}


@pytest.mark.parametrize(("left_ms", "tick"), [(1_000, 1), (1_001, 2), (2_001, 3)])
def test_a_part_of_a_second_is_waited_for_as_a_whole_one(left_ms: int, tick: int) -> None:
    step = next_step(an_order(), NOW + APPROVAL_TIMEOUT_MS - left_ms, PACE, loops=0)

    assert step.heartbeat_seconds == tick


def test_mails_are_due_at_whole_milliseconds() -> None:
    order = an_order(approval_deadline=NOW + 1_003)

    assert next_mail_at(order, 1_003) == NOW + 16
    assert next_mail_at(replace(order, last_heartbeat_at=NOW + 100), 1_003) == NOW + 300


def test_a_link_always_sends_a_signal_of_the_same_id() -> None:
    assert signal_id("code") == f"approval-link-{digest('code')[:32]}"
    assert len(signal_id("code")) == len("approval-link-") + 32
