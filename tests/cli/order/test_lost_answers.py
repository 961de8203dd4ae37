"""Lost responses: a repeated request takes effect once."""

import re

import httpx

from cli.client.api import PAUSES_SECONDS
from tests.cli.terminal import Terminal
from tests.support.world import World


def orders_of(world: World) -> int:
    return len(world.store.page(stage=None, customer_id=None, limit=9, cursor=None).orders)


def test_an_order_is_placed_once_after_a_lost_response(terminal: Terminal, world: World) -> None:
    terminal.wire.losing = 1

    assert terminal.run("place", "-i", "MUG-RED").code == 0

    assert orders_of(world) == 1


def test_an_item_is_added_once_after_a_lost_response(terminal: Terminal, world: World) -> None:
    order = world.place()
    terminal.wire.losing = 1

    assert terminal.run("add-item", order.order_id, "MUG-RED=2", "-t", "0").code == 0

    assert [signal.quantity for signal in world.now(order).inbox] == [2]


def test_the_advice_after_lost_responses_contains_the_key(terminal: Terminal, world: World) -> None:
    terminal.wire.losing = len(PAUSES_SECONDS) + 1

    lost = terminal.run("place", "-i", "MUG-RED")

    assert lost.code == 4
    assert "it is unknown whether the request took effect" in lost.err
    [key] = re.findall("--key ([0-9a-f-]{36})", lost.err)
    assert terminal.run("place", "-i", "MUG-RED", "--key", key).code == 0
    assert orders_of(world) == 1


def test_a_request_is_repeated_after_a_5xx_response(terminal: Terminal, world: World) -> None:
    terminal.wire.answers = [httpx.Response(503, text="busy")]

    assert terminal.run("place", "-i", "MUG-RED").code == 0
    assert orders_of(world) == 1


def test_no_request_is_repeated_after_a_refused_connection(terminal: Terminal) -> None:
    terminal.wire.down = True

    ran = terminal.run("place", "-i", "MUG-RED")

    assert (ran.code, len(terminal.wire.sent)) == (4, 1)
    assert "--key" not in ran.err
