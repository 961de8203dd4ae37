"""list, status, items, describe, timeline, wait, watch."""

import json
from dataclasses import replace
from functools import partial

import pytest

from lambdas.domain.order import Order
from lambdas.domain.stages import Stage
from tests.cli.terminal import Terminal
from tests.support.builders import an_order_id
from tests.support.definition import load
from tests.support.told_histories import ToldHistory, named
from tests.support.world import TOKEN, World


def moved(world: World, order: Order, stage: Stage) -> None:
    world.store.put(replace(world.now(order), stage=stage))


def told(world: World, order: Order, history: ToldHistory) -> None:
    """What Step Functions tells about the order's execution."""
    world.engine.definitions[order.execution] = load()
    world.engine.histories[order.execution] = tuple(history.events)


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


def test_waiting_ends_when_the_order_completes(terminal: Terminal, world: World) -> None:
    order = world.place()
    terminal.meanwhile = [
        lambda: None,
        partial(moved, world, order, Stage.PAYMENT),
        partial(moved, world, order, Stage.COMPLETED),
    ]

    ran = terminal.run("wait", order.order_id, "-o", "json")

    assert (ran.code, ran.json["stage"]) == (0, "completed")
    assert terminal.meanwhile == []


def test_waiting_for_an_order_that_fails_is_refused_with_its_reason(
    terminal: Terminal, world: World
) -> None:
    order = world.place(Stage.FAILED, last_error="PaymentDeclined: insufficient funds")

    ran = terminal.run("wait", order.order_id)

    assert ran.code == 1
    assert "the order is failed: PaymentDeclined: insufficient funds" in ran.err


def test_waiting_gives_up_in_time(terminal: Terminal, world: World) -> None:
    ran = terminal.run("wait", world.place().order_id, "-t", "0")

    assert ran.code == 1
    assert "awaiting-approval: not there yet" in ran.err


def test_the_tree_marks_what_is_done_running_and_not_reached(
    terminal: Terminal, world: World
) -> None:
    order = world.place(wait_token=TOKEN)
    told(world, order, named(["RouteStart", "ReserveStock"]).enter("AwaitSignal"))

    shown = terminal.run("watch", order.order_id, "--once").out

    lines = [line.strip(" │├└─") for line in shown.splitlines()]
    assert any(line.startswith("✓ ReserveStock") for line in lines)
    assert any(line.startswith("● AwaitSignal") and "waiting," in line for line in lines)
    assert any(line.startswith("○ ProcessPayment") for line in lines)


def test_the_tree_marks_what_failed_and_what_was_compensated(
    terminal: Terminal, world: World
) -> None:
    order = world.place(Stage.FAILED, last_error="PaymentDeclined: no")
    history = named(["RouteStart", "ReserveStock"]).failing("ProcessPayment", "PaymentDeclined")
    told(world, order, history.ok("RefundPayment", "ReleaseStock"))

    shown = terminal.run("watch", order.order_id, "--once").out

    assert "! ProcessPayment" in shown
    assert "PaymentDeclined" in shown
    assert "✓ ReleaseStock" in shown
    assert "last error: PaymentDeclined: no" in shown


def test_watching_as_data_is_one_line_for_every_change(terminal: Terminal, world: World) -> None:
    order = world.place()
    terminal.meanwhile = [
        lambda: None,
        partial(moved, world, order, Stage.PAYMENT),
        partial(moved, world, order, Stage.COMPLETED),
    ]

    ran = terminal.run("watch", order.order_id, "-o", "json")

    stages = [json.loads(line)["stage"] for line in ran.out.splitlines()]
    assert stages == ["awaiting-approval", "payment", "completed"]


@pytest.mark.parametrize("command", ["status", "items", "describe", "timeline", "wait", "watch"])
def test_an_order_that_does_not_exist_is_not_found(terminal: Terminal, command: str) -> None:
    ran = terminal.run(command, an_order_id())

    assert (ran.code, ran.out) == (3, "")
    assert "orders list" in ran.err


def test_another_customers_order_is_not_found(terminal: Terminal, world: World) -> None:
    assert terminal.run("status", world.place().order_id, who="bob").code == 3
