"""Answers that never arrive: what a command asks for happens once all the same."""

import re

import httpx

from cli.api import PAUSES_SECONDS
from tests.cli.terminal import Terminal
from tests.support.world import World


def orders_of(world: World) -> int:
    return len(world.store.page(stage=None, customer_id=None, limit=9, cursor=None).orders)


def test_an_order_whose_answer_was_lost_is_placed_once(terminal: Terminal, world: World) -> None:
    terminal.wire.losing = 1

    assert terminal.run("place", "-i", "MUG-RED").code == 0

    assert orders_of(world) == 1


def test_an_item_whose_answer_was_lost_is_added_once(terminal: Terminal, world: World) -> None:
    order = world.place()
    terminal.wire.losing = 1

    assert terminal.run("add-item", order.order_id, "MUG-RED=2", "-w", "0").code == 0

    assert [signal.quantity for signal in world.now(order).inbox] == [2]


def test_who_never_hears_an_answer_is_told_the_key_to_ask_again_with(
    terminal: Terminal, world: World
) -> None:
    terminal.wire.losing = len(PAUSES_SECONDS) + 1

    lost = terminal.run("place", "-i", "MUG-RED")

    assert lost.code == 4
    assert "whether it happened is not known" in lost.err
    [key] = re.findall("--key ([0-9a-f-]{36})", lost.err)
    assert terminal.run("place", "-i", "MUG-RED", "--key", key).code == 0
    assert orders_of(world) == 1


def test_an_api_that_cannot_now_is_asked_again(terminal: Terminal, world: World) -> None:
    terminal.wire.answers = [httpx.Response(503, text="busy")]

    assert terminal.run("place", "-i", "MUG-RED").code == 0
    assert orders_of(world) == 1


def test_nothing_is_repeated_where_nobody_listens(terminal: Terminal) -> None:
    terminal.wire.down = True

    told = terminal.run("place", "-i", "MUG-RED")

    assert (told.code, len(terminal.wire.sent)) == (4, 1)
    assert "--key" not in told.err
