"""ApplySignals when nothing is to be applied: the next wait, the deadline, and giving up."""

from dataclasses import replace

from lambdas.activities.approval import apply_signals
from lambdas.domain.approving import MAX_LOOPS
from lambdas.domain.stages import Stage
from tests.support.builders import a_signal
from tests.support.world import World


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


def test_the_next_wait_comes_from_the_settings(world: World) -> None:
    world.deps.settings = replace(world.deps.settings, heartbeat_seconds=7)
    order = world.place()

    assert world.run(apply_signals, order)["heartbeat_seconds"] == 7
