import pytest

from lambdas.activities.notification import request_approval
from lambdas.domain.errors import MailUnsettled, NotifierUnavailable
from lambdas.domain.mail.links import named_order, opens
from lambdas.domain.record.ledger import EffectState
from lambdas.domain.record.order import Order
from tests.support.builders import a_signal
from tests.support.world import APPROVERS, CONSOLE, World

FIRST = "mail-approval-1"


@pytest.fixture
def order(world: World) -> Order:
    """An order whose first e-mail to the approver is due."""
    world.ask_by_mail()
    order = world.place()
    world.clock.advance(15)
    return order


def code_of(body: str) -> str:
    [link] = [line for line in body.splitlines() if line.startswith(CONSOLE)]
    return link.removeprefix(f"{CONSOLE}#/approval/")


def test_the_approver_reads_what_to_decide_and_until_when(world: World, order: Order) -> None:
    world.run(request_approval, order, loops=2)

    [mail] = world.notifier.sent
    assert (mail.to, mail.subject) == (APPROVERS, f"Order {order.order_id} waits for your approval")
    assert mail.tags == (order.order_id, FIRST)
    assert "  2 x COFFEE-1KG at 12.50 EUR\n\nTotal: 25.00 EUR (revision 1)\n" in mail.body
    assert "Decide by 2026-01-01 00:15:00 UTC, or the order is cancelled." in mail.body
    assert world.now(order).ledger[FIRST].state is EffectState.DONE


def test_the_link_opens_this_order_and_the_record_keeps_no_link(world: World, order: Order) -> None:
    world.run(request_approval, order)

    code = code_of(world.notifier.sent[0].body)
    assert named_order(code) == order.order_id
    assert opens(world.now(order), code)
    assert code not in repr(world.now(order))


def test_the_wait_goes_on_with_the_loops_that_it_had(world: World, order: Order) -> None:
    answer = world.run(request_approval, order, loops=7, back_off_seconds=25)

    assert answer == {
        "decision": "wait",
        "heartbeat_seconds": 435,
        "timeout_seconds": 886,
        "loops": 7,
        "back_off_seconds": 25,
    }


def test_every_mail_has_a_separate_link_and_reminders_are_marked(
    world: World, order: Order
) -> None:
    world.run(request_approval, order)
    world.clock.advance(435)
    world.run(request_approval, order)

    first, second = world.notifier.sent
    assert second.subject.endswith("(reminder 1)")
    assert code_of(first.body) != code_of(second.body)
    assert len(world.now(order).approval_links) == 2


def test_a_mail_that_was_refused_leaves_no_link_and_may_be_sent_again(
    world: World, order: Order
) -> None:
    world.notifier.failures = [NotifierUnavailable("later")]

    with pytest.raises(NotifierUnavailable):
        world.run(request_approval, order)

    assert world.now(order).approval_links == {}
    world.run(request_approval, order)
    assert len(world.notifier.sent) == 1


def test_a_mail_that_may_have_gone_out_is_not_sent_again_and_its_link_works(
    world: World, order: Order
) -> None:
    world.notifier.failures = [MailUnsettled("no answer")]

    with pytest.raises(MailUnsettled):
        world.run(request_approval, order)
    world.run(request_approval, order)

    assert world.notifier.sent == []
    assert list(world.now(order).approval_links.values()) == [FIRST]


def test_a_signal_that_comes_in_between_holds_the_mail_back(world: World, order: Order) -> None:
    world.store.before_write = [lambda: world.accept(order, a_signal())]

    world.run(request_approval, order)

    assert world.notifier.sent == []
    assert world.now(order).approval_links == {}
