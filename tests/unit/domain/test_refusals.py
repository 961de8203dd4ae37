"""Every refusal names the order and the reason."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pytest

from lambdas.domain.errors import (
    AboveLimit,
    IdempotencyMismatch,
    InboxFull,
    InvalidRequest,
    MailNotDue,
    NotAllowed,
    NotResumable,
    OrderCancelled,
    OrderError,
    OrderMovedOn,
    SignalNotAdmitted,
    StoreConflict,
)
from lambdas.domain.mail.resends import ResendRequest, claim_resend, mail_of
from lambdas.domain.record.ledger import MAIL_CONFIRMATION, Effect, EffectState
from lambdas.domain.record.order import Order
from lambdas.domain.record.signals import MAX_SIGNALS, ROOM_FOR_CANCELS, Actor, Signal, SignalKind
from lambdas.domain.record.stages import Stage
from lambdas.domain.signals.admission import (
    refuse_unless_repeated,
    require_four_eyes,
    require_may_approve,
)
from lambdas.domain.signals.limits import ApprovalLimits
from lambdas.domain.steps.payment import approved_amount, record_charge
from lambdas.domain.steps.stock import complete
from lambdas.domain.steps.takeover import require_resumable
from tests.support.builders import APPROVAL_TIMEOUT_MS, a_signal, an_order
from tests.support.fakes.fake_clock import NOW
from tests.support.raising import raises

APPROVE = a_signal(signal_id="A")
CANCEL = a_signal(SignalKind.CANCEL_ORDER)
FORWARD = frozenset({Stage.START})
MAILS = [MAIL_CONFIRMATION, *(f"{MAIL_CONFIRMATION}-{number}" for number in range(2, 7))]
SENT = Effect(key="K", state=EffectState.DONE, at=NOW)
SENDING = replace(SENT, state=EffectState.INTENT, claimant="another")
RESEND = ResendRequest(request_id="R", requested_by="sub-otto", claimant="one")


def holding(count: int) -> tuple[Signal, ...]:
    """An inbox of `number` signals."""
    return tuple(a_signal(SignalKind.ADD_LINE_ITEM) for _ in range(count))


@pytest.mark.parametrize(
    ("order", "step", "error", "message"),
    [
        (
            an_order(inbox=(APPROVE,)),
            partial(refuse_unless_repeated, signal=replace(APPROVE, revision=2), now=NOW),
            IdempotencyMismatch,
            "this Idempotency-Key was used for another signal",
        ),
        (
            an_order(Stage.FAILED),
            partial(refuse_unless_repeated, signal=CANCEL, now=NOW),
            SignalNotAdmitted,
            "it is too late for cancel-order: the order is failed",
        ),
        (
            an_order(),
            partial(refuse_unless_repeated, signal=APPROVE, now=NOW + APPROVAL_TIMEOUT_MS),
            SignalNotAdmitted,
            "the approval deadline has passed",
        ),
        (
            an_order(inbox=holding(MAX_SIGNALS)),
            partial(refuse_unless_repeated, signal=APPROVE, now=NOW),
            InboxFull,
            "the order took 64 signals already",
        ),
        (
            an_order(),
            lambda order: require_four_eyes(order, Actor("sub-alice", "alice")),
            NotAllowed,
            "the requester cannot approve the order",
        ),
        (
            an_order(cancel_requested_at=NOW),
            lambda order: order.require_forward(FORWARD),
            OrderCancelled,
            "a cancel was accepted",
        ),
        (
            an_order(Stage.PAYMENT),
            lambda order: order.require_forward(FORWARD),
            OrderMovedOn,
            "the order is in stage payment",
        ),
        (an_order(), approved_amount, OrderMovedOn, "no payment was approved"),
        (
            an_order(Stage.COMPENSATING),
            lambda order: record_charge(order, NOW),
            OrderMovedOn,
            "the order is in stage compensating",
        ),
        (
            an_order(Stage.STATUS_UPDATE, charged=False),
            lambda order: complete(order, NOW),
            OrderMovedOn,
            "the order is not paid and reserved",
        ),
        (
            an_order(),
            lambda order: require_may_approve(order, a_signal(limit_minor=1), ApprovalLimits()),
            AboveLimit,
            "the total of 25.00 EUR is above your limit of 0.01 EUR; "
            "it can be approved by: no group",
        ),
        (an_order(Stage.FAILED), require_resumable, NotResumable, "the order is failed already"),
        (
            an_order(Stage.COMPENSATING),
            require_resumable,
            NotResumable,
            "the order is being compensated",
        ),
        (
            an_order(),
            lambda order: require_resumable(order, stopped=True),
            NotResumable,
            "a person stopped the execution: the janitor compensates the order",
        ),
        (
            an_order(),
            mail_of,
            MailNotDue,
            "the order is in stage awaiting-approval: its customer gets an e-mail when it ends",
        ),
        (
            an_order(Stage.COMPLETED, ledger={MAIL_CONFIRMATION: SENDING}),
            lambda order: claim_resend(order, NOW, RESEND),
            MailNotDue,
            "the e-mail is being sent: try again in half a minute",
        ),
        (
            an_order(Stage.COMPLETED, ledger=dict.fromkeys(MAILS, SENT)),
            lambda order: claim_resend(order, NOW, RESEND),
            MailNotDue,
            "the e-mail was sent again 5 times",
        ),
    ],
)
def test_a_step_is_refused_with_the_order_and_the_reason(
    order: Order, step: Callable[[Order], object], error: type[OrderError], message: str
) -> None:
    with pytest.raises(error) as refused:
        step(order)

    assert (refused.value.message, refused.value.order_id) == (message, order.order_id)
    assert getattr(refused.value, "stage", order.stage) == order.stage


def test_an_error_that_concerns_no_order_names_none() -> None:
    assert InvalidRequest("unknown SKU").order_id == ""


@pytest.mark.parametrize(
    ("order", "signal"),
    [
        (an_order(), APPROVE),
        (an_order(Stage.RESERVE), APPROVE),
        (an_order(inbox=holding(MAX_SIGNALS)), CANCEL),
        (an_order(inbox=holding(MAX_SIGNALS + ROOM_FOR_CANCELS - 1)), CANCEL),
    ],
    ids=["in time", "before there is a deadline", "a place for cancels", "the last such place"],
)
def test_a_signal_that_would_be_admitted_by_now_is_tried_again(
    order: Order, signal: Signal
) -> None:
    with raises(StoreConflict, "the order changed meanwhile", order.order_id):
        refuse_unless_repeated(order, signal, NOW)
