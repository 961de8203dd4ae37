from dataclasses import replace

import pytest

from lambdas.activities.approval import apply_signals, await_signal
from lambdas.domain.approving import MAX_LOOPS
from lambdas.domain.errors import EngineUnavailable
from lambdas.domain.ledger import PAY
from lambdas.domain.signals import SignalKind
from lambdas.domain.stages import Stage
from tests.support.builders import a_line, a_signal
from tests.support.world import TOKEN, World


def approve(**changes: object) -> object:
    return a_signal(SignalKind.APPROVE_PAYMENT, **changes)


def test_the_token_is_left_with_an_order_that_has_nothing_to_do(world: World) -> None:
    order = world.place()

    world.run(await_signal, order, token=TOKEN)

    assert world.now(order).wait_token == TOKEN
    assert world.engine.rung == []


def test_a_new_token_replaces_the_old_one(world: World) -> None:
    order = world.place(wait_token="spent")

    world.run(await_signal, order, token=TOKEN)

    assert world.now(order).wait_token == TOKEN


def test_a_signal_that_was_there_before_the_wait_rings_at_once(world: World) -> None:
    order = world.place()
    world.accept(order, a_signal())

    world.run(await_signal, order, token=TOKEN)

    assert world.engine.rung == [TOKEN]
    assert world.now(order).wait_token is None


def test_a_signal_between_reading_and_waiting_is_not_lost(world: World) -> None:
    order = world.place()
    world.store.before_write = [lambda: world.accept(order, a_signal())]

    world.run(await_signal, order, token=TOKEN)

    assert world.engine.rung == [TOKEN]


@pytest.mark.parametrize("stage", [Stage.PAYMENT, Stage.COMPENSATING, Stage.CANCELLED])
def test_an_order_that_does_not_wait_rings_at_once(world: World, stage: Stage) -> None:
    order = world.place(stage)

    world.run(await_signal, order, token=TOKEN)

    assert world.engine.rung == [TOKEN]
    assert world.now(order) == order


def test_a_doorbell_that_does_not_work_fails_the_wait_so_that_it_is_entered_again(
    world: World,
) -> None:
    order = world.place(Stage.PAYMENT)
    world.engine.unavailable = True

    with pytest.raises(EngineUnavailable):
        world.run(await_signal, order, token=TOKEN)


def test_a_tick_without_signals_waits_again_for_what_is_left(world: World) -> None:
    order = world.place()
    world.clock.advance(300)

    answer = world.run(apply_signals, order, loops=1)

    assert answer == {
        "decision": "wait",
        "heartbeat_seconds": 300,
        "timeout_seconds": 601,
        "loops": 2,
    }
    assert world.now(order) == order


def test_an_approval_leads_to_payment(world: World) -> None:
    order = world.place(total=4200)
    signal = world.accept(order, a_signal())

    answer = world.run(apply_signals, order)

    after = world.now(order)
    assert answer["decision"] == "pay"
    assert after.outcomes == {signal.signal_id: "applied"}
    assert after.ledger[PAY].amount_minor == 4200


def test_signals_are_applied_in_the_order_of_their_acceptance(world: World) -> None:
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
    assert world.inventory.shelves["MUG-RED"].held == 2
    assert world.problems() == []


def test_an_added_line_without_stock_leaves_the_order_as_it_was(world: World) -> None:
    order = world.place()
    signal = world.accept(order, a_signal(SignalKind.ADD_LINE_ITEM, quantity=11))

    answer = world.run(apply_signals, order)

    after = world.now(order)
    assert answer["decision"] == "wait"
    assert after.outcomes == {signal.signal_id: "rejected: insufficient stock"}
    assert (after.items, after.revision) == (order.items, order.revision)
    assert world.problems() == []


def test_stock_that_is_gone_between_price_and_hold_is_a_rejection(world: World) -> None:
    order = world.place()
    signal = world.accept(order, a_signal(SignalKind.ADD_LINE_ITEM))
    world.store.before_write = [lambda: world.stock("MUG-RED", available=0)]

    world.run(apply_signals, order)

    assert world.now(order).outcomes == {signal.signal_id: "rejected: insufficient stock"}
    assert world.problems() == []


def test_an_added_sku_that_nobody_sells_is_rejected(world: World) -> None:
    order = world.place()
    signal = world.accept(order, a_signal(SignalKind.ADD_LINE_ITEM, sku="TEA"))

    world.run(apply_signals, order)

    assert world.now(order).outcomes == {signal.signal_id: "rejected: unknown SKU"}


def test_a_cancel_in_the_inbox_turns_the_order_back(world: World) -> None:
    order = world.place()
    approval = world.accept(order, a_signal())
    cancel = world.cancel(order)

    answer = world.run(apply_signals, order)

    after = world.now(order)
    assert answer["decision"] == "compensate"
    assert after.outcomes == {approval.signal_id: "superseded", cancel.signal_id: "applied"}
    assert after.stage is Stage.COMPENSATING
    assert PAY not in after.ledger


def test_a_cancel_that_comes_while_the_approval_is_written_wins(world: World) -> None:
    order = world.place()
    approval = world.accept(order, a_signal())
    world.store.before_write = [lambda: world.cancel(order)]

    answer = world.run(apply_signals, order)

    after = world.now(order)
    assert answer["decision"] == "compensate"
    assert after.outcomes[approval.signal_id] == "superseded"
    assert PAY not in after.ledger
    assert world.problems() == []


def test_two_executions_of_one_step_settle_a_signal_once(world: World) -> None:
    order = world.place()
    world.accept(order, a_signal(SignalKind.ADD_LINE_ITEM))
    world.store.before_write = [lambda: world.run(apply_signals, order)]

    world.run(apply_signals, order)

    assert world.inventory.shelves["MUG-RED"].held == 2
    assert world.now(order).revision == 2
    assert world.problems() == []


def test_the_deadline_ends_the_wait(world: World) -> None:
    order = world.place()
    world.clock.advance(900)

    answer = world.run(apply_signals, order)

    after = world.now(order)
    assert answer["decision"] == "expire"
    assert (after.stage, after.cancelled) == (Stage.COMPENSATING, True)
    assert after.last_error == "approval timeout"


def test_an_approval_accepted_in_time_is_applied_after_the_deadline(world: World) -> None:
    order = world.place()
    world.accept(order, a_signal())
    world.clock.advance(1000)

    assert world.run(apply_signals, order)["decision"] == "pay"


def test_a_cancel_between_the_last_signal_and_the_deadline_is_not_an_expiry(world: World) -> None:
    order = world.place()
    world.clock.advance(900)
    world.store.before_write = [lambda: world.cancel(order)]

    answer = world.run(apply_signals, order)

    assert answer["decision"] == "wait"
    assert world.run(apply_signals, order)["decision"] == "compensate"
    assert world.now(order).last_error == "cancelled: changed my mind"


def test_an_order_that_wakes_without_end_is_given_up(world: World) -> None:
    order = world.place()

    answer = world.run(apply_signals, order, loops=MAX_LOOPS)

    assert answer["decision"] == "compensate"
    assert world.now(order).last_error == "gave up after 200 wake-ups"


def test_a_full_inbox_is_worked_off_in_one_step(world: World) -> None:
    world.stock("MUG-RED", available=100, unit_price_minor=800)
    order = world.place(items=(a_line("MUG-RED", 1, 800),))
    for _ in range(64):
        world.accept(order, a_signal(SignalKind.ADD_LINE_ITEM, quantity=1))

    world.run(apply_signals, order)

    after = world.now(order)
    assert (len(after.outcomes), after.items[0].quantity) == (64, 65)
    assert world.problems() == []


def test_the_next_wait_comes_from_the_settings(world: World) -> None:
    world.deps.settings = replace(world.deps.settings, heartbeat_seconds=7)
    order = world.place()

    assert world.run(apply_signals, order)["heartbeat_seconds"] == 7
