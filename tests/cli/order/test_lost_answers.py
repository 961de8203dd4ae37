"""Lost responses: a repeated request takes effect once."""

import re
from collections.abc import Callable

import httpx
import pytest

from cli.client.api import PAUSES_SECONDS
from tests.cli.terminal import Terminal
from tests.support.world import World


def orders_of(world: World) -> int:
    return len(world.store.page(stage=None, customer_id=None, limit=9, cursor=None).orders)


def added(world: World) -> int:
    """The quantity that customers asked to add to orders."""
    page = world.store.page(stage=None, customer_id=None, limit=9, cursor=None)
    return sum(signal.quantity or 0 for order in page.orders for signal in order.inbox)


def available(world: World) -> int:
    return world.inventory.by_sku["MUG-RED"].available


@pytest.mark.parametrize("busy", [False, True], ids=["lost", "503"])
@pytest.mark.parametrize(
    ("command", "who", "effect", "expected"),
    [
        ("place -i MUG-RED", "alice", orders_of, 2),
        ("add-item ID MUG-RED=2 -t 0", "alice", added, 2),
        ("admin stock correct MUG-RED --by 5 -r x", "operator", available, 15),
    ],
)
def test_a_request_without_an_answer_is_repeated_and_takes_effect_once(
    terminal: Terminal,
    world: World,
    command: str,
    who: str,
    effect: Callable[[World], int],
    expected: int,
    busy: bool,
) -> None:
    line = command.replace("ID", world.place().order_id)
    terminal.wire.losing = 0 if busy else 2
    terminal.wire.answers = [httpx.Response(503, text="busy")] if busy else []

    ran = terminal.run(*line.split(), who=who)

    assert (ran.code, effect(world)) == (0, expected)


def test_the_advice_after_lost_responses_contains_the_key(terminal: Terminal, world: World) -> None:
    terminal.wire.losing = len(PAUSES_SECONDS) + 1

    lost = terminal.run("place", "-i", "MUG-RED")

    assert lost.code == 4
    assert "it is unknown whether the request took effect" in lost.err
    [key] = re.findall("--key ([0-9a-f-]{36})", lost.err)
    assert terminal.run("place", "-i", "MUG-RED", "--key", key).code == 0
    assert orders_of(world) == 1


def test_no_request_is_repeated_after_a_refused_connection(terminal: Terminal) -> None:
    terminal.wire.down = True

    ran = terminal.run("place", "-i", "MUG-RED")

    assert (ran.code, len(terminal.wire.sent)) == (4, 1)
    assert "--key" not in ran.err
