"""orders events."""

import json

from lambdas.domain.record.changes import Event
from tests.cli.terminal import Terminal
from tests.support.builders import an_order
from tests.support.world import World


def publish(world: World) -> str:
    """Publish one event; returns its order's id."""
    order = an_order()
    detail = {"amount_minor": 2500}
    event = Event(number=3, at=0, kind="payment-captured", stage="payment", detail=detail)
    world.events.publish(order, [event])
    return order.order_id


def interrupt() -> None:
    raise KeyboardInterrupt


def test_events_of_all_orders_are_shown_page_by_page(terminal: Terminal, world: World) -> None:
    first, second = publish(world), publish(world)
    world.events.page_size = 1

    ran = terminal.run("events", who="operator")

    assert ran.code == 0
    assert first in ran.out
    assert second in ran.out
    assert "25.00 EUR" in ran.out


def test_events_of_one_order_as_json(terminal: Terminal, world: World) -> None:
    publish(world)
    second = publish(world)

    ran = terminal.run("events", second.lower(), "-o", "json", who="operator")

    assert [event["order_id"] for event in json.loads(ran.out)["events"]] == [second]


def test_following_prints_every_event_once(terminal: Terminal, world: World) -> None:
    first = publish(world)
    later: list[str] = []
    terminal.meanwhile = [lambda: later.append(publish(world)), interrupt]

    ran = terminal.run("events", "-f", "-o", "json", who="operator")

    printed = [json.loads(text)["order_id"] for text in ran.out.splitlines()]
    assert (ran.code, printed) == (130, [first, *later])
    terminal.meanwhile = [interrupt]
    assert f"{first}  3  payment-captured" in terminal.run("events", "-f", who="operator").out
