"""orders settle: a request, and its confirmation by another operator."""

from dataclasses import replace

from lambdas.domain.record.ledger import PAY
from lambdas.domain.record.order import Order
from tests.cli.terminal import Terminal
from tests.support.builders import a_stuck_order
from tests.support.world import World

REFUNDED = ("--refunded", "2500", "-e", "bank transfer 4711")


def test_two_operators_settle_a_stuck_refund(terminal: Terminal, world: World) -> None:
    order = a_stuck_order()
    world.store.put(order)

    requested = terminal.run("settle", order.order_id, *REFUNDED, "-y", who="operator")
    settlement = world.now(order).settlement
    assert settlement is not None
    assert f"--confirm {settlement.settlement_id}" in requested.err
    described = " ".join(terminal.run("describe", order.order_id, who="operator").out.split())
    assert "not confirmed" in described

    confirm = ("--confirm", settlement.settlement_id, "-e", "seen", "-y")
    same = terminal.run("settle", order.order_id, *confirm, who="operator")
    assert (same.code, "another operator must confirm" in same.err.lower()) == (1, True)

    world.store.put(_requested_by_another(world.now(order)))
    other = terminal.run("settle", order.order_id, *confirm, "-o", "json", who="operator")
    assert other.code == 0
    assert '"confirmed_by": "operator1"' in other.out
    assert world.now(order).ledger[PAY].refunded_minor == 2500


def test_either_an_amount_or_a_settlement_is_given(terminal: Terminal) -> None:
    ran = terminal.run("settle", "01KDVDNH000000000000000001", "-e", "seen", who="operator")

    assert ran.code == 2
    assert "one of --refunded and --confirm" in ran.err


def _requested_by_another(order: Order) -> Order:
    """The same request by another operator: the terminal has one operator."""
    assert order.settlement is not None
    return replace(order, settlement=replace(order.settlement, requested_by="sub-operator2"))
