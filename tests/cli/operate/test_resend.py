"""orders resend: the e-mail of an ended order, once for each key."""

from lambdas.domain.errors import MailUnsettled
from lambdas.domain.record.stages import Stage
from tests.cli.terminal import Terminal
from tests.support.world import World


def test_the_e_mail_is_sent_again_although_the_answer_was_lost(
    terminal: Terminal, world: World
) -> None:
    order = world.place(Stage.COMPLETED)
    terminal.wire.losing = 1

    ran = terminal.run("resend", order.order_id, "-y", who="operator")

    assert (ran.code, ran.out) == (0, f"{order.order_id}: mail-confirmation was sent\n")
    assert len(world.notifier.sent) == 1


def test_an_e_mail_that_may_have_been_sent_is_reported_so(terminal: Terminal, world: World) -> None:
    order = world.place(Stage.CANCELLED)
    world.notifier.failures = [MailUnsettled("no answer")]

    ran = terminal.run("resend", order.order_id, "-y", who="operator")

    assert "mail-cancellation may have been sent" in ran.out
    assert "ask the customer" in ran.err


def test_a_suppressed_address_is_refused_with_advice(terminal: Terminal, world: World) -> None:
    world.notifier.suppressed["alice@example.com"] = "complaint"

    order_id = world.place(Stage.COMPLETED).order_id
    ran = terminal.run("resend", order_id, "-y", who="operator")

    assert ran.code == 1
    assert "after a complaint" in ran.err
    assert "orders admin customer set" in ran.err
