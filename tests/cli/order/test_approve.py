"""approve: the order shown, the question, the outcome."""

from io import StringIO

import pytest

from lambdas.domain.record.stages import Stage
from lambdas.domain.signals.limits import ApprovalLimits
from tests.cli.order.test_order_commands import settled
from tests.cli.terminal import Terminal
from tests.support.world import TOKEN, World


def test_an_approval_names_the_revision_that_was_shown(terminal: Terminal, world: World) -> None:
    order = world.place(wait_token=TOKEN, revision=3)

    ran = terminal.run("approve", order.order_id, "--yes", "-t", "0", who="approver")

    assert ran.code == 0
    assert "accepted, still pending" in ran.out
    assert [signal.revision for signal in world.now(order).inbox] == [3]


def test_the_question_names_order_customer_and_amount(
    terminal: Terminal, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = world.place(wait_token=TOKEN, revision=3)
    monkeypatch.setattr("sys.stdin", StringIO("y\n"))

    ran = terminal.run("approve", order.order_id, "-t", "0", "-o", "json", who="approver")

    assert f"Approve {order.order_id} for alice, revision 3, 25.00 EUR? [y/N]" in ran.err
    assert (ran.code, ran.json["kind"]) == (0, "approve-payment")
    assert [signal.revision for signal in world.now(order).inbox] == [3]


def test_no_question_for_an_order_that_accepts_no_approval(
    terminal: Terminal, world: World
) -> None:
    order = world.place(Stage.COMPLETED)

    ran = terminal.run("approve", order.order_id, who="approver")

    assert (ran.code, ran.out) == (1, "")
    assert "the order accepts no approval now: it is completed" in ran.err
    assert "?" not in ran.err


def test_an_applied_approval_says_that_the_payment_follows(
    terminal: Terminal, world: World
) -> None:
    order = world.place(wait_token=TOKEN)
    approve = ("approve", order.order_id, "--revision", "1", "--key", "a1")
    terminal.run(*approve, "-t", "0", who="approver")
    settled(world, order, "applied")

    for_people = terminal.run(*approve, who="approver")
    for_scripts = terminal.run(*approve, "-o", "json", who="approver")

    assert f"payment follows and can be declined: `orders wait {order.order_id}`" in for_people.err
    assert for_scripts.err == ""


def test_a_stale_approval_is_refused(terminal: Terminal, world: World) -> None:
    order = world.place(wait_token=TOKEN)
    terminal.run("approve", order.order_id, "-y", "-t", "0", "--key", "a1", who="approver")
    settled(world, order, "stale")

    ran = terminal.run("signals", order.order_id, "a1")

    assert ran.code == 1
    assert "the lines have changed" in ran.out
    assert f"orders describe {order.order_id}" in ran.err


def test_the_first_of_two_approvals_is_no_refusal(terminal: Terminal, world: World) -> None:
    order = world.place(wait_token=TOKEN)
    approve = ("approve", order.order_id, "--revision", "1", "--key", "a1")
    terminal.run(*approve, "-t", "0", who="approver")
    settled(world, order, "applied: waiting for a second approver")

    ran = terminal.run(*approve, who="approver")

    assert ran.code == 0
    assert "the order waits for a second approver" in " ".join(ran.out.split())
    assert "payment follows" not in ran.err


def test_an_order_that_needs_two_approvals_shows_how_many_it_has(
    terminal: Terminal, world: World
) -> None:
    world.deps.approval_limits = ApprovalLimits.parse("", "EUR:1")
    order = world.place()

    assert "0 of 2, by different approvers" in terminal.run("describe", order.order_id).out
    assert "0 of 2, by different approvers" in terminal.run("status", order.order_id).out
