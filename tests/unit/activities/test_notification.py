from dataclasses import replace

import pytest

from lambdas.activities.notification import (
    request_approval,
    send_cancellation_email,
    send_order_confirmation,
)
from lambdas.domain.catalogue import Customer
from lambdas.domain.errors import (
    MailRejected,
    MailUnsettled,
    NotifierUnavailable,
    OrderError,
    StaleEpoch,
    StoreUnavailable,
)
from lambdas.domain.mail.claims import claim_mail, record_mail_not_sent
from lambdas.domain.record.changes import Change
from lambdas.domain.record.ledger import MAIL_CANCELLATION, MAIL_CONFIRMATION, EffectState
from lambdas.domain.record.order import Order
from lambdas.domain.record.stages import Stage
from tests.support.builders import a_customer
from tests.support.fakes.fake_clock import NOW
from tests.support.fakes.fake_directories import FakeCustomers
from tests.support.world import World

APPROVAL = "mail-approval-1"


def made(change: Change | None) -> Order:
    assert change is not None
    return change.after


def kinds(world: World, order: Order) -> list[str]:
    return [event.kind for event in world.store.timeline(order.order_id)]


def test_a_completed_order_is_confirmed_and_its_result_returned(world: World) -> None:
    order = world.place(Stage.COMPLETED)

    answer = world.run(send_order_confirmation, order)

    assert answer == {
        "order_id": order.order_id,
        "version": "v2",
        "result": f"Order {order.order_id} completed (version v2)",
    }
    [mail] = world.notifier.sent
    assert (mail.to, mail.subject) == (
        "alice@example.com",
        f"Your order {order.order_id} is confirmed",
    )
    assert mail.tags == (order.order_id, MAIL_CONFIRMATION)
    assert world.now(order).ledger[MAIL_CONFIRMATION].state is EffectState.DONE


def test_the_customer_reads_the_e_mail_in_the_language_of_the_profile(world: World) -> None:
    german = replace(a_customer("carol"), language="de")
    world.customers = world.deps.customers = FakeCustomers([german])
    order = world.place(Stage.COMPLETED, customer_id="carol")

    world.run(send_order_confirmation, order)

    [mail] = world.notifier.sent
    assert mail.subject == f"Ihre Bestellung {order.order_id} ist bestätigt"
    assert '<html lang="de">' in mail.html


@pytest.mark.parametrize("customer", [None, replace(a_customer("carol"), email="")])
def test_a_customer_without_an_address_gets_no_mail_which_is_recorded(
    world: World, customer: Customer | None
) -> None:
    world.customers = world.deps.customers = FakeCustomers([customer] if customer else [])
    order = world.place(Stage.COMPENSATING, customer_id="carol")

    with pytest.raises(MailRejected, match="no e-mail address"):
        world.run(send_cancellation_email, order)

    assert world.now(order).ledger[MAIL_CANCELLATION].error == "MailRejected"
    assert kinds(world, order) == ["mail-cancellation-refused"]


def test_a_duplicate_attempt_does_not_succeed_while_the_first_may_give_its_claim_back(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = world.place(Stage.COMPLETED)

    def throttled_after_a_duplicate(*_: str) -> None:
        with pytest.raises(NotifierUnavailable, match="another attempt"):
            world.run(send_order_confirmation, order)
        raise NotifierUnavailable("throttled")

    with monkeypatch.context() as patched:
        patched.setattr(world.notifier, "send", throttled_after_a_duplicate)
        with pytest.raises(NotifierUnavailable, match="throttled"):
            world.run(send_order_confirmation, order)
    world.run(send_order_confirmation, order)

    assert len(world.notifier.sent) == 1
    assert world.now(order).ledger[MAIL_CONFIRMATION].state is EffectState.DONE


def test_a_duplicate_attempt_sends_what_the_first_gave_back_meanwhile(world: World) -> None:
    order = world.place(Stage.COMPLETED)
    first = made(claim_mail(order, NOW, MAIL_CONFIRMATION, "first"))
    world.store.put(first)
    back = record_mail_not_sent(
        first, NOW, MAIL_CONFIRMATION, "first", NotifierUnavailable("later")
    )
    world.clock.during_sleep = lambda: world.store.put(made(back))

    world.run(send_order_confirmation, order)

    assert len(world.notifier.sent) == 1


def test_the_retries_of_the_state_machine_outlast_a_claim_that_was_abandoned(
    world: World,
) -> None:
    """All pauses between the attempts are the shortest that full jitter may choose: none."""
    order = world.place(Stage.COMPLETED)
    world.store.put(made(claim_mail(order, world.clock.now(), MAIL_CONFIRMATION, "crashed")))

    errors = [failure(world, order) for _ in range(4)]

    assert errors == [NotifierUnavailable, NotifierUnavailable, NotifierUnavailable, MailUnsettled]
    assert world.notifier.sent == []
    assert kinds(world, order) == ["mail-confirmation-unsettled"]


def test_a_late_attempt_does_not_settle_the_claim_of_another(world: World) -> None:
    """Its give-back is written and the answer lost, so it decides again on the other's claim."""
    world.ask_by_mail()
    order = world.place()
    world.clock.advance(15)
    world.notifier.failures = [NotifierUnavailable("throttled")]

    def another_claims() -> None:
        refused = made(
            record_mail_not_sent(world.now(order), NOW, APPROVAL, *first_claim(world, order))
        )
        world.store.put(made(claim_mail(refused, world.clock.now(), APPROVAL, "second", "link-2")))

    world.store.before_write = [lambda: None, another_claims]
    with pytest.raises(NotifierUnavailable):
        world.run(request_approval, order)

    now = world.now(order)
    assert (now.ledger[APPROVAL].claimant, now.ledger[APPROVAL].state) == ("second", "intent")
    assert now.approval_links == {"link-2": APPROVAL}


def first_claim(world: World, order: Order) -> tuple[str, NotifierUnavailable]:
    return world.now(order).ledger[APPROVAL].claimant or "", NotifierUnavailable("throttled")


def failure(world: World, order: Order) -> type[Exception]:
    with pytest.raises(OrderError) as caught:
        world.run(send_order_confirmation, order)
    return caught.type


def test_two_callers_at_once_send_one_mail(world: World) -> None:
    order = world.place(Stage.COMPLETED)
    world.store.before_write = [lambda: world.run(send_order_confirmation, order)]

    world.run(send_order_confirmation, order)

    assert len(world.notifier.sent) == 1


def test_a_customer_who_could_not_be_looked_up_gets_the_mail_from_a_retry(world: World) -> None:
    order = world.place(Stage.COMPLETED)
    world.customers.unavailable = True

    with pytest.raises(StoreUnavailable):
        world.run(send_order_confirmation, order)
    world.customers.unavailable = False
    world.run(send_order_confirmation, order)

    assert len(world.notifier.sent) == 1


def test_an_execution_that_lost_the_order_while_sending_writes_nothing(world: World) -> None:
    order = world.place(Stage.COMPENSATING)
    janitor = world.deps.janitor
    world.store.before_write = [lambda: None, lambda: janitor.compensate(order.order_id)]

    with pytest.raises(StaleEpoch):
        world.run(send_cancellation_email, order)

    now = world.now(order)
    assert (now.epoch, now.start_pending) == (2, True)
    assert now.ledger[MAIL_CANCELLATION].state is EffectState.INTENT
