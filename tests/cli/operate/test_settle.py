"""orders settle: a request, and its confirmation by another operator."""

from dataclasses import replace

from lambdas.domain.record.ledger import DISPUTE, PAY, Effect, EffectState
from lambdas.domain.record.order import Order
from lambdas.domain.record.stages import Stage
from tests.cli.terminal import Terminal
from tests.support.builders import a_stuck_order, an_order
from tests.support.fakes.fake_clock import NOW
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
    assert "one of --refunded, --dispute-won, --dispute-lost" in ran.err


def test_two_operators_end_a_dispute(terminal: Terminal, world: World) -> None:
    dispute = Effect(key="dispute:1", state=EffectState.INTENT, at=NOW, amount_minor=900)
    order = an_order(Stage.COMPLETED).with_effect(DISPUTE, dispute)
    world.store.put(order)

    lost = ("--dispute-lost", "900", "--dispute", "dispute", "-e", "letter of the bank", "-y")
    assert terminal.run("settle", order.order_id, *lost, who="operator").code == 0
    world.store.put(_requested_by_another(world.now(order)))
    settlement = world.now(order).settlement
    assert settlement is not None
    confirm = ("--confirm", settlement.settlement_id, "-e", "seen", "-y")

    assert terminal.run("settle", order.order_id, *confirm, who="operator").code == 0
    assert world.now(order).ledger[DISPUTE].state is EffectState.DONE
    described = " ".join(terminal.run("describe", order.order_id, who="operator").out.split())
    assert "dispute-lost (letter of the bank)" in described


def _requested_by_another(order: Order) -> Order:
    """The same request by another operator: the terminal has one operator."""
    assert order.settlement is not None
    return replace(order, settlement=replace(order.settlement, requested_by="sub-operator2"))
