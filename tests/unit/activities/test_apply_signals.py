"""ApplySignals: its effect on the order and the outcomes of its signals."""

from lambdas.activities.approval import apply_signals
from lambdas.domain.record.ledger import PAY
from lambdas.domain.record.signals import SignalKind
from lambdas.domain.record.usage import CustomerCaps
from tests.support.builders import a_line, a_signal
from tests.support.world import World


def test_signals_are_applied_in_the_sequence_of_their_acceptance(world: World) -> None:
    order = world.place()
    add = world.accept(order, a_signal(SignalKind.ADD_LINE_ITEM))
    stale = world.accept(order, a_signal(revision=1))
    fresh = world.accept(order, a_signal(revision=2))
    late = world.accept(order, a_signal(SignalKind.ADD_LINE_ITEM))

    answer = world.run(apply_signals, order)

    after = world.now(order)
    assert answer["decision"] == "pay"
    assert after.outcomes == {
        add.signal_id: "applied",
        stale.signal_id: "stale",
        fresh.signal_id: "applied",
        late.signal_id: "superseded",
    }
    assert after.ledger[PAY].amount_minor == 2 * 1250 + 2 * 800
    assert world.inventory.by_sku["MUG-RED"].held == 2
    assert world.problems() == []


def test_an_added_line_beyond_the_cap_of_the_customer_is_rejected(world: World) -> None:
    world.store.caps = CustomerCaps(units=3)
    order = world.place(counted=True)
    signal = world.accept(order, a_signal(SignalKind.ADD_LINE_ITEM, quantity=2))

    world.run(apply_signals, order)

    assert world.now(order).outcomes == {
        signal.signal_id: "rejected: the customer's open orders have too many units"
    }
    assert world.now(order).items == order.items
    assert world.problems() == []


def test_stock_that_runs_out_before_it_is_held_rejects_the_signal(world: World) -> None:
    order = world.place()
    signal = world.accept(order, a_signal(SignalKind.ADD_LINE_ITEM))
    world.store.before_write = [lambda: world.stock("MUG-RED", available=0)]

    world.run(apply_signals, order)

    assert world.now(order).outcomes == {signal.signal_id: "rejected: insufficient stock"}
    assert world.problems() == []


def test_a_cancel_that_is_accepted_while_the_approval_is_written_wins(world: World) -> None:
    order = world.place()
    approval = world.accept(order, a_signal())
    world.store.before_write = [lambda: world.cancel(order)]

    answer = world.run(apply_signals, order)

    after = world.now(order)
    assert answer["decision"] == "compensate"
    assert after.outcomes[approval.signal_id] == "superseded"
    assert PAY not in after.ledger
    assert world.problems() == []


def test_two_concurrent_runs_apply_a_signal_once(world: World) -> None:
    order = world.place()
    world.accept(order, a_signal(SignalKind.ADD_LINE_ITEM))
    world.store.before_write = [lambda: world.run(apply_signals, order)]

    world.run(apply_signals, order)

    assert world.inventory.by_sku["MUG-RED"].held == 2
    assert world.now(order).revision == 2
    assert world.problems() == []


def test_a_full_inbox_is_applied_in_one_run(world: World) -> None:
    world.stock("MUG-RED", available=100, unit_price_minor=800)
    order = world.place(items=(a_line("MUG-RED", 1, 800),))
    for _ in range(64):
        world.accept(order, a_signal(SignalKind.ADD_LINE_ITEM, quantity=1))

    world.run(apply_signals, order)

    after = world.now(order)
    assert (len(after.outcomes), after.items[0].quantity) == (64, 65)
    assert world.problems() == []
