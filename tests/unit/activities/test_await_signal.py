"""AwaitSignal stores the token, or rings at once if the order has a pending signal or ended its
wait.
"""

import pytest

from lambdas.activities.approval import await_signal
from lambdas.domain.errors import EngineUnavailable
from lambdas.domain.record.stages import Stage
from tests.support.builders import a_signal
from tests.support.world import TOKEN, World


def test_the_token_is_stored_in_an_order_without_pending_signals(world: World) -> None:
    order = world.place()

    world.run(await_signal, order, token=TOKEN)

    assert world.now(order).wait_token == TOKEN
    assert world.engine.rung == []


def test_an_earlier_wait_does_not_replace_the_token_of_a_later_one(world: World) -> None:
    order = world.place()
    world.run(await_signal, order, token="the second wait's", loops=2)

    world.run(await_signal, order, token="the first wait's", loops=1)

    assert world.now(order).wait_token == "the second wait's"
    assert world.engine.rung == ["the first wait's"]


@pytest.mark.parametrize("wait", [{"loops": 1}, {}], ids=["repeated", "definition without rounds"])
def test_the_newest_token_of_a_wait_is_kept(world: World, wait: dict[str, int]) -> None:
    order = world.place()

    for token in ("the first attempt's", "the second attempt's"):
        world.run(await_signal, order, token=token, **wait)

    assert world.now(order).wait_token == "the second attempt's"


def test_a_pending_signal_rings_at_once(world: World) -> None:
    order = world.place()
    world.accept(order, a_signal())

    world.run(await_signal, order, token=TOKEN)

    assert world.engine.rung == [TOKEN]
    assert world.now(order).wait_token is None


def test_a_signal_between_the_read_and_the_write_is_not_lost(world: World) -> None:
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


def test_a_failed_doorbell_fails_the_activity(
    world: World,
) -> None:
    order = world.place(Stage.PAYMENT)
    world.engine.unavailable = True

    with pytest.raises(EngineUnavailable):
        world.run(await_signal, order, token=TOKEN)
