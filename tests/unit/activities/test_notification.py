import pytest

from lambdas.activities.notification import send_cancellation_email, send_order_confirmation
from lambdas.domain.errors import (
    CustomerUnknown,
    MailRejected,
    MailUnsettled,
    NotifierUnavailable,
    OrderError,
    StaleEpoch,
    StoreUnavailable,
)
from lambdas.domain.ledger import MAIL_CANCELLATION, MAIL_CONFIRMATION, EffectState
from lambdas.domain.stages import Stage
from tests.support.world import World


def test_a_completed_order_is_confirmed_and_its_result_told(world: World) -> None:
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
    assert world.now(order).ledger[MAIL_CONFIRMATION].state is EffectState.DONE


def test_an_order_that_is_not_completed_is_not_confirmed(world: World) -> None:
    order = world.place(Stage.STATUS_UPDATE)

    assert world.run(send_order_confirmation, order)["result"] is None
    assert world.notifier.sent == []


def test_the_cancellation_mail_tells_why(world: World) -> None:
    order = world.place(Stage.COMPENSATING, last_error="approval timeout")

    assert world.run(send_cancellation_email, order) is None

    [mail] = world.notifier.sent
    assert "The order was not approved in time." in mail.body


@pytest.mark.parametrize("error", [NotifierUnavailable("later"), MailRejected("never")])
def test_a_mail_that_was_certainly_not_sent_may_be_sent_by_a_retry(
    world: World, error: OrderError
) -> None:
    order = world.place(Stage.COMPLETED)
    world.notifier.failures = [error]

    with pytest.raises(type(error)):
        world.run(send_order_confirmation, order)
    assert MAIL_CONFIRMATION not in world.now(order).ledger
    world.run(send_order_confirmation, order)

    assert len(world.notifier.sent) == 1


def test_a_mail_whose_answer_is_missing_is_never_sent_again(world: World) -> None:
    order = world.place(Stage.COMPLETED)
    world.notifier.failures = [MailUnsettled("no answer")]

    with pytest.raises(MailUnsettled):
        world.run(send_order_confirmation, order)
    world.run(send_order_confirmation, order)

    assert world.notifier.sent == []
    assert world.now(order).ledger[MAIL_CONFIRMATION].state is EffectState.INTENT


def test_a_customer_who_is_gone_gets_no_mail_and_blocks_nothing(world: World) -> None:
    order = world.place(Stage.COMPENSATING, customer_id="nobody")

    with pytest.raises(CustomerUnknown):
        world.run(send_cancellation_email, order)

    assert "mail-cancellation" not in world.now(order).ledger


def test_two_callers_at_once_send_one_mail(world: World) -> None:
    order = world.place(Stage.COMPLETED)
    world.store.before_write = [lambda: world.run(send_order_confirmation, order)]

    world.run(send_order_confirmation, order)

    assert len(world.notifier.sent) == 1


def test_a_stuck_order_gets_its_mail_once_however_often_it_is_taken_over(world: World) -> None:
    order = world.place(Stage.COMPENSATING)

    for _ in range(3):
        world.run(send_cancellation_email, order)

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
