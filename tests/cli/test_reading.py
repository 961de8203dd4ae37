"""list, status, items, describe, timeline."""

import pytest

from tests.cli.terminal import Terminal
from tests.support.builders import an_order_id
from tests.support.world import World


@pytest.mark.parametrize("command", ["status", "items", "timeline", "describe"])
def test_every_way_of_reading_has_data_and_a_table(
    terminal: Terminal, world: World, command: str
) -> None:
    order = world.place()

    data = terminal.run(command, order.order_id, "-o", "json")
    table = terminal.run(command, order.order_id)

    assert (data.code, table.code, data.err, table.err) == (0, 0, "", "")
    assert isinstance(data.json, dict)
    assert table.out.strip()
    assert "\x1b" not in table.out


def test_a_description_tells_deadline_heartbeat_signals_and_ledger(
    terminal: Terminal, world: World
) -> None:
    order = world.place(looked_at=None)

    told = terminal.run("describe", order.order_id).out

    for fact in ("deadline", "nobody looked yet", "approve-payment", "reserve", "25.00 EUR"):
        assert fact in told


def test_the_list_shows_the_callers_orders_only(terminal: Terminal, world: World) -> None:
    mine = world.place()
    other = world.place(customer_id="bob", requested_by="bob")

    alice = terminal.run("list", "-o", "json")
    operator = terminal.run("list", "-o", "json", who="operator")

    assert [one["order_id"] for one in alice.json["orders"]] == [mine.order_id]  # type: ignore[attr-defined]
    assert other.order_id in operator.out


def test_a_long_list_is_read_page_by_page(terminal: Terminal, world: World) -> None:
    orders = [world.place(items=()) for _ in range(130)]

    ran = terminal.run("list", "-n", "120", "-o", "json")

    newest = [order.order_id for order in reversed(orders)][:120]
    assert [one["order_id"] for one in ran.json["orders"]] == newest  # type: ignore[attr-defined]


@pytest.mark.parametrize("command", ["status", "items", "describe", "timeline", "wait", "watch"])
def test_an_order_that_does_not_exist_is_not_found(terminal: Terminal, command: str) -> None:
    ran = terminal.run(command, an_order_id())

    assert (ran.code, ran.out) == (3, "")
    assert "orders list" in ran.err


def test_another_customers_order_is_not_found(terminal: Terminal, world: World) -> None:
    assert terminal.run("status", world.place().order_id, who="bob").code == 3
