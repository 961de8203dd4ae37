import pytest

from lambdas.domain.ledger import MAIL_CANCELLATION, MAIL_CONFIRMATION, EffectState
from lambdas.domain.notifying import MAILS_AT, claim_mail, mail_refused, mail_sent
from lambdas.domain.stages import Stage
from tests.support.builders import an_order
from tests.support.fake_clock import NOW


@pytest.mark.parametrize("mail", [MAIL_CONFIRMATION, MAIL_CANCELLATION])
@pytest.mark.parametrize("stage", list(Stage))
def test_a_mail_is_claimed_only_where_it_has_its_place(mail: str, stage: Stage) -> None:
    assert (claim_mail(an_order(stage), NOW, mail, "one") is not None) == (stage in MAILS_AT[mail])


def test_a_mail_is_claimed_once_and_recorded_as_sent() -> None:
    claim = claim_mail(an_order(Stage.COMPLETED, order_id="O1"), NOW, MAIL_CONFIRMATION, "one")
    assert claim is not None
    assert claim.after.ledger[MAIL_CONFIRMATION].key == "mail-confirmation:O1"
    assert claim_mail(claim.after, NOW, MAIL_CONFIRMATION, "two") is None

    sent = mail_sent(claim.after, NOW, MAIL_CONFIRMATION)

    assert sent.after.ledger[MAIL_CONFIRMATION].state is EffectState.DONE
    assert [(e.kind, e.stage) for e in sent.events] == [("mail-confirmation-sent", Stage.NOTIFY)]
    assert sent.after.stage is Stage.COMPLETED
    assert claim_mail(sent.after, NOW, MAIL_CONFIRMATION, "two") is None


def test_a_refused_mail_may_be_claimed_again() -> None:
    claim = claim_mail(an_order(Stage.CANCELLED), NOW, MAIL_CANCELLATION, "one")
    assert claim is not None

    back = mail_refused(claim.after, NOW, MAIL_CANCELLATION)

    assert MAIL_CANCELLATION not in back.after.ledger
    assert claim_mail(back.after, NOW, MAIL_CANCELLATION, "two") is not None
