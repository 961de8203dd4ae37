from dataclasses import replace

import pytest

from lambdas.domain.mail.claims import claim_mail
from lambdas.domain.mail.reminders import (
    APPROVAL_MAILS,
    REMINDER_QUIET_PERIOD_MS,
    mail_due,
    next_mail_at,
)
from lambdas.domain.record.order import Order
from lambdas.domain.record.stages import Stage
from lambdas.domain.steps.wait import Decision, WaitPolicy, next_step
from tests.support.builders import APPROVAL_TIMEOUT_MS, a_signal, an_order, made
from tests.support.fakes.fake_clock import NOW

WAIT = APPROVAL_TIMEOUT_MS
PACE = WaitPolicy(approval_timeout_seconds=900, heartbeat_seconds=300, mails_approver=True)
DUE = (NOW + 15_000, NOW + 450_000, NOW + 720_000)


def with_mails(*mails: str) -> Order:
    """An order about which these mails were sent."""
    order = an_order()
    for mail in mails:
        order = made(claim_mail(order, NOW, mail, "one")).after
    return order


@pytest.mark.parametrize("sent", range(len(APPROVAL_MAILS)))
def test_the_next_mail_is_due_at_its_share_of_the_wait(sent: int) -> None:
    order = with_mails(*APPROVAL_MAILS[:sent])

    assert next_mail_at(order, WAIT) == DUE[sent]
    assert mail_due(order, DUE[sent] - 1, WAIT) is None
    assert mail_due(order, DUE[sent], WAIT) == APPROVAL_MAILS[sent]


def test_after_the_last_mail_none_is_left_though_others_were_missed() -> None:
    assert mail_due(an_order(), DUE[2], WAIT) == APPROVAL_MAILS[2]
    for order in (with_mails(*APPROVAL_MAILS), with_mails(APPROVAL_MAILS[2])):
        assert next_mail_at(order, WAIT) is None
        assert mail_due(order, NOW + WAIT, WAIT) is None


def test_no_reminder_is_sent_while_an_approver_has_the_order_open() -> None:
    order = replace(an_order(), last_heartbeat_at=DUE[0])

    assert next_mail_at(order, WAIT) == DUE[0] + REMINDER_QUIET_PERIOD_MS
    assert mail_due(order, DUE[0] + REMINDER_QUIET_PERIOD_MS - 1, WAIT) is None


def test_in_a_short_wait_a_heartbeat_counts_for_a_fifth_of_it() -> None:
    order = an_order(approval_deadline=NOW + 20_000, last_heartbeat_at=NOW + 5_000)

    assert next_mail_at(order, 20_000) == NOW + 9_000


def test_mails_are_due_at_whole_milliseconds() -> None:
    order = an_order(approval_deadline=NOW + 1_003)

    assert next_mail_at(order, 1_003) == NOW + 16
    assert next_mail_at(replace(order, last_heartbeat_at=NOW + 100), 1_003) == NOW + 300


@pytest.mark.parametrize(
    "order",
    [
        an_order(inbox=(a_signal(),)),
        an_order(Stage.PAYMENT),
        an_order(Stage.COMPENSATING),
        an_order(approval_deadline=None),
    ],
)
def test_no_reminder_is_sent_for_an_order_that_does_not_wait(order: Order) -> None:
    assert mail_due(order, NOW + WAIT, WAIT) is None


def test_without_an_approver_there_is_no_mail() -> None:
    assert next_mail_at(an_order(), 0) is None


@pytest.mark.parametrize(
    ("stage", "now", "loops", "step"),
    [
        (Stage.AWAITING_APPROVAL, NOW, 0, (Decision.WAIT, 15, 901)),
        (Stage.AWAITING_APPROVAL, DUE[0], 1, (Decision.REMIND, 300, 886)),
        (Stage.AWAITING_APPROVAL, DUE[0], 0, (Decision.REMIND, 1, 886)),
        (Stage.PAYMENT, DUE[0], 1, (Decision.PAY, 1, 2)),
    ],
    ids=["until a mail is due", "a due mail", "due when the wait begins", "approved"],
)
def test_a_wait_ends_when_a_mail_is_due_and_the_wait_after_it_is_an_ordinary_one(
    stage: Stage, now: int, loops: int, step: tuple[Decision, int, int]
) -> None:
    found = next_step(an_order(stage), now, PACE, loops=loops)

    assert (found.decision, found.heartbeat_seconds, found.timeout_seconds) == step
