"""The waits, for approval and for the provider: how long they last, and which step follows."""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from lambdas.domain.errors import GIVEN_UP
from lambdas.domain.mail.reminders import next_mail_at
from lambdas.domain.record.changes import Change
from lambdas.domain.record.order import Order
from lambdas.domain.record.outcomes import EXPIRED, OrderOutcome, cause_of
from lambdas.domain.record.stages import BEFORE_RESERVE, Stage
from lambdas.domain.steps.compensation import begin_compensation
from lambdas.domain.steps.settlement import awaits_provider
from lambdas.domain.steps.takeover import MAX_LOOPS

MAIL_RETRY_SECONDS = 300
"""Pause before an e-mail to the approver that could not be sent is tried again."""


class Decision(StrEnum):
    """The next step of the state machine."""

    WAIT = "wait"
    REMIND = "remind"
    PAY = "pay"
    COMPLETE = "complete"
    CONFIRM = "confirm"
    START = "start"
    CONTINUE = "continue"
    """Continue the order in a new execution."""
    COMPENSATE = "compensate"
    DECLINE = "decline"
    EXPIRE = "expire"
    GIVE_UP = "give-up"
    """End the attempts to pay: the order is compensated."""


_FORWARD = {
    **dict.fromkeys(BEFORE_RESERVE, Decision.START),
    Stage.PAYMENT: Decision.PAY,
    Stage.STATUS_UPDATE: Decision.COMPLETE,
    Stage.COMPLETED: Decision.CONFIRM,
}
_BACKWARD = {OrderOutcome.DECLINED: Decision.DECLINE, OrderOutcome.EXPIRED: Decision.EXPIRE}
"""Compensation by the outcome that follows it, as far as the history of an execution shows it."""


def expire(order: Order, now: int) -> Change | None:
    """Begin compensation if the deadline has passed and no signal is pending."""
    if order.stage is not Stage.AWAITING_APPROVAL or order.pending:
        return None
    if order.approval_deadline is None or now < order.approval_deadline:
        return None
    return begin_compensation(order, now, error=EXPIRED, cancelled=True)


def is_waiting(order: Order, now: int) -> bool:
    """Whether the order waits, for its approval or for the provider."""
    return order.stage is Stage.AWAITING_APPROVAL or awaits_provider(order, now)


@dataclass(frozen=True, slots=True, kw_only=True)
class NextStep:
    """The input of the state machine's next step: counters only.

    `back_off_seconds` is the last pause after a failed step; the next pause is longer.
    """

    decision: Decision
    heartbeat_seconds: int
    timeout_seconds: int
    loops: int
    back_off_seconds: int


class WaitPolicy(NamedTuple):
    """The approval timeout, the heartbeat, and whether the approver gets e-mails."""

    approval_timeout_seconds: int
    heartbeat_seconds: int
    mails_approver: bool

    @property
    def mailed_wait_ms(self) -> int:
        """The whole wait in milliseconds; 0 if the approver gets no e-mails."""
        return self.approval_timeout_seconds * 1000 if self.mails_approver else 0


def next_step(
    order: Order, now: int, policy: WaitPolicy, *, loops: int, back_off_seconds: int = 0
) -> NextStep:
    """Derive the next step from the order, and the duration of the wait.

    The wait for approval ends just after the deadline, so that the wake-up finds it passed; that
    for the provider just after the next look-up is due. The tick is always shorter than the wait,
    as Step Functions requires, and ends when an e-mail is due. There are no ticks in the wait for
    the provider.
    """
    left = _seconds(max(0, (order.wait_ends_at or now) - now))
    mail_at = next_mail_at(order, policy.mailed_wait_ms)
    tick = left if order.settling else min(policy.heartbeat_seconds, left)
    mail_is_due = mail_at is not None and mail_at <= now
    if mail_at is not None:
        is_tried = mail_is_due and loops > 0  # in the first round, the wait comes next
        tick = min(tick, MAIL_RETRY_SECONDS if is_tried else _seconds(mail_at - now))
    return NextStep(
        decision=_decision(order, now, loops, mail_is_due=mail_is_due),
        heartbeat_seconds=tick,
        timeout_seconds=left + 1,
        loops=loops,
        back_off_seconds=back_off_seconds,
    )


def _seconds(milliseconds: int) -> int:
    """Whole seconds, rounded up, at least one."""
    return max(1, -(-milliseconds // 1000))


def _decision(order: Order, now: int, loops: int, *, mail_is_due: bool) -> Decision:
    if is_waiting(order, now):
        waits = Decision.REMIND if mail_is_due else Decision.WAIT
        return Decision.CONTINUE if loops > MAX_LOOPS else waits
    if order.stage in _FORWARD and not order.cancelling:
        return _FORWARD[order.stage]
    last_error = order.last_error or ""
    if last_error.startswith(GIVEN_UP):
        return Decision.GIVE_UP
    return _BACKWARD.get(cause_of(last_error).outcome, Decision.COMPENSATE)
