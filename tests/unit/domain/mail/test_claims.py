import pytest

from lambdas.domain.errors import MailRejected, MailUnsettled, NotifierUnavailable, StoreUnavailable
from lambdas.domain.mail.claims import (
    CLAIM_LIFETIME_MS,
    MAILS_AT,
    claim_mail,
    is_claimed_by,
    is_in_flight,
    is_unsettled,
    record_mail_not_sent,
    record_mail_sent,
)
from lambdas.domain.record.changes import Change
from lambdas.domain.record.ledger import MAIL_CANCELLATION, MAIL_CONFIRMATION, EffectState
from lambdas.domain.record.order import Order
from lambdas.domain.record.stages import Stage
from lambdas.domain.steps.wait import Decision, WaitPolicy, next_step
from stacks.workflow.activity_functions import TIMEOUT_SECONDS
from tests.support.builders import an_order, made
from tests.support.fakes.fake_clock import NOW

APPROVAL = "mail-approval-1"


def after(change: Change | None) -> Order:
    return made(change).after


def claimed(stage: Stage, mail: str, claimant: str = "one", **changes: str) -> Order:
    return after(claim_mail(an_order(stage, **changes), NOW, mail, claimant))


@pytest.mark.parametrize("mail", [MAIL_CONFIRMATION, MAIL_CANCELLATION])
@pytest.mark.parametrize("stage", list(Stage))
def test_a_mail_is_claimed_only_where_it_has_its_place(mail: str, stage: Stage) -> None:
    assert (claim_mail(an_order(stage), NOW, mail, "one") is not None) == (stage in MAILS_AT[mail])


def test_a_mail_is_claimed_once_and_recorded_as_sent() -> None:
    order = claimed(Stage.COMPLETED, MAIL_CONFIRMATION, order_id="O1")
    entry = order.ledger[MAIL_CONFIRMATION]
    assert (entry.key, entry.at) == ("mail-confirmation:O1", NOW)
    assert claim_mail(order, NOW, MAIL_CONFIRMATION, "two") is None

    sent = made(record_mail_sent(order, NOW + 5, MAIL_CONFIRMATION, "one"))

    entry = sent.after.ledger[MAIL_CONFIRMATION]
    assert (entry.state, entry.at) == (EffectState.DONE, NOW + 5)
    assert [(e.kind, e.stage) for e in sent.events] == [("mail-confirmation-sent", Stage.NOTIFY)]
    assert sent.after.stage is Stage.COMPLETED
    assert claim_mail(sent.after, NOW + CLAIM_LIFETIME_MS, MAIL_CONFIRMATION, "two") is None


@pytest.mark.parametrize(
    "error", [NotifierUnavailable("later"), MailRejected("never"), StoreUnavailable("no address")]
)
def test_a_refused_mail_is_recorded_and_may_be_claimed_again(error: Exception) -> None:
    order = claimed(Stage.CANCELLED, MAIL_CANCELLATION)

    refused = made(record_mail_not_sent(order, NOW, MAIL_CANCELLATION, "one", error))

    name = type(error).__name__
    entry = refused.after.ledger[MAIL_CANCELLATION]
    assert (entry.state, entry.error) == (EffectState.UNDONE, name)
    assert [(e.kind, e.stage, e.detail) for e in refused.events] == [
        ("mail-cancellation-refused", Stage.NOTIFY, {"error": name})
    ]
    again = after(claim_mail(refused.after, NOW, MAIL_CANCELLATION, "two"))
    sent = after(record_mail_sent(again, NOW, MAIL_CANCELLATION, "two"))
    assert sent.ledger[MAIL_CANCELLATION].error is None


@pytest.mark.parametrize("error", [MailUnsettled("no answer"), ValueError("unreadable answer")])
def test_a_mail_that_may_have_been_sent_is_recorded_and_never_claimed_again(
    error: Exception,
) -> None:
    order = claimed(Stage.COMPLETED, MAIL_CONFIRMATION)

    unsettled = made(record_mail_not_sent(order, NOW, MAIL_CONFIRMATION, "one", error))

    assert unsettled.after.ledger[MAIL_CONFIRMATION].state is EffectState.INTENT
    assert is_unsettled(unsettled.after, MAIL_CONFIRMATION)
    assert [(e.kind, e.detail) for e in unsettled.events] == [
        ("mail-confirmation-unsettled", {"error": "MailUnsettled"})
    ]
    later = NOW + 10 * CLAIM_LIFETIME_MS
    assert claim_mail(unsettled.after, later, MAIL_CONFIRMATION, "two") is None


def test_repeated_refusals_of_one_kind_add_one_event() -> None:
    order, kinds = an_order(Stage.COMPENSATING), []
    errors = [NotifierUnavailable("1"), *[MailRejected("2")] * 5, NotifierUnavailable("3")]

    for number, error in enumerate(errors):
        order = after(claim_mail(order, NOW, MAIL_CANCELLATION, str(number)))
        refused = made(record_mail_not_sent(order, NOW, MAIL_CANCELLATION, str(number), error))
        order = refused.after
        kinds += [event.detail["error"] for event in refused.events]

    assert kinds == ["NotifierUnavailable", "MailRejected", "NotifierUnavailable"]


@pytest.mark.parametrize("age", [0, CLAIM_LIFETIME_MS - 1, CLAIM_LIFETIME_MS])
def test_a_claim_that_outlived_its_attempt_is_unsettled(age: int) -> None:
    order = claimed(Stage.COMPLETED, MAIL_CONFIRMATION)

    found = claim_mail(order, NOW + age, MAIL_CONFIRMATION, "two")

    assert is_in_flight(order, MAIL_CONFIRMATION)
    if age < CLAIM_LIFETIME_MS:
        assert found is None
        return
    unsettled = after(found)
    assert is_unsettled(unsettled, MAIL_CONFIRMATION)
    assert not is_in_flight(unsettled, MAIL_CONFIRMATION)
    assert unsettled.ledger[MAIL_CONFIRMATION].claimant == "one"
    sent = after(record_mail_sent(unsettled, NOW, MAIL_CONFIRMATION, "one"))
    assert sent.ledger[MAIL_CONFIRMATION].state is EffectState.DONE, "the attempt came back late"
    assert not is_unsettled(sent, MAIL_CONFIRMATION)


def test_no_function_lives_as_long_as_a_claim() -> None:
    assert TIMEOUT_SECONDS * 1000 < CLAIM_LIFETIME_MS


def test_an_attempt_settles_only_its_own_claim() -> None:
    order = after(claim_mail(an_order(), NOW, APPROVAL, "one", "link-1"))
    back = after(record_mail_not_sent(order, NOW, APPROVAL, "one", NotifierUnavailable("later")))
    assert back.approval_links == {}
    taken = after(claim_mail(back, NOW, APPROVAL, "two", "link-2"))

    assert record_mail_not_sent(taken, NOW, APPROVAL, "one", NotifierUnavailable("later")) is None
    assert record_mail_sent(taken, NOW, APPROVAL, "one") is None
    assert is_claimed_by(taken, APPROVAL, "two")
    assert taken.approval_links == {"link-2": APPROVAL}
    [event] = made(record_mail_sent(taken, NOW, APPROVAL, "two")).events
    assert (event.kind, event.stage) == ("mail-approval-1-sent", Stage.AWAITING_APPROVAL)


def test_a_claim_is_settled_once_and_only_if_there_is_one() -> None:
    none, order = an_order(Stage.COMPLETED), claimed(Stage.COMPLETED, MAIL_CONFIRMATION)
    no = MailRejected("no")
    sent = after(record_mail_sent(order, NOW, MAIL_CONFIRMATION, "one"))
    refused = after(record_mail_not_sent(order, NOW, MAIL_CONFIRMATION, "one", no))

    for settled in (none, sent, refused):
        assert record_mail_sent(settled, NOW, MAIL_CONFIRMATION, "one") is None
        assert record_mail_not_sent(settled, NOW, MAIL_CONFIRMATION, "one", no) is None
        assert not is_in_flight(settled, MAIL_CONFIRMATION)
        assert not is_unsettled(settled, MAIL_CONFIRMATION)


def test_a_mail_to_the_approver_that_was_refused_is_due_again() -> None:
    pace = WaitPolicy(approval_timeout_seconds=900, heartbeat_seconds=300, mails_approver=True)
    order = after(claim_mail(an_order(), NOW, APPROVAL, "one", "link"))
    refused = after(record_mail_not_sent(order, NOW, APPROVAL, "one", MailRejected("no")))

    assert next_step(order, NOW + 15_000, pace, loops=1).decision is Decision.WAIT
    assert next_step(refused, NOW + 15_000, pace, loops=1).decision is Decision.REMIND
