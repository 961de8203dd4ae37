"""The stream of the orders table becomes events on the bus."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from lambdas.adapters.dynamodb.attribute_values import to_item
from lambdas.adapters.orders.order_records import order_key, to_record
from lambdas.domain.errors import EventsUnavailable
from lambdas.domain.record.changes import make_change
from lambdas.domain.record.order import Order
from lambdas.domain.record.stages import Stage
from lambdas.handlers import order_events_handler
from tests.support.telemetry import captured_log, lines
from tests.support.world import World


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    made = World()
    monkeypatch.setattr(order_events_handler, "dependencies", lambda: made.deps)
    return made


def written(world: World, order: Order, *events: tuple[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Write events of an order; returns the record of the stream."""
    before = world.now(order)
    after = world.store.commit(make_change(before, before, world.clock.now(), *events))
    return record(before, after)


def record(before: Order | None, after: Order) -> dict[str, Any]:
    """The record of one change of META, as the stream has it."""
    old = {} if before is None else {"OldImage": to_item(to_record(before))}
    keys = to_item(order_key(after.order_id))
    return {"dynamodb": {"Keys": keys, "NewImage": to_item(to_record(after)), **old}}


def published(world: World, *records: Mapping[str, Any]) -> list[tuple[int, str]]:
    order_events_handler.publish({"Records": list(records)}, None)
    return [(one["sequence"], one["kind"]) for one in world.events.published]


def test_each_event_is_published_with_its_place_in_the_timeline(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    order = world.place(Stage.RESERVE)
    first = written(world, order, ("stock-reserved", {"units": 2}))
    second = written(world, order, ("payment-captured", {"amount_minor": 2500}))

    with captured_log() as log:
        assert published(world, first, second) == [(1, "stock-reserved"), (2, "payment-captured")]
    [line] = lines(log.getvalue())
    assert (line["message"], line["order_id"]) == ("events published", order.order_id)
    assert (line["sequences"], line["kinds"]) == ([1, 2], ["stock-reserved", "payment-captured"])
    counted = [line for line in lines(capsys.readouterr().out) if "EventsPublished" in line]
    assert [line["EventsPublished"] for line in counted] == [[2.0]]
    assert world.events.published[1] == {
        "event_id": f"{order.order_id}-2",
        "order_id": order.order_id,
        "sequence": 2,
        "kind": "payment-captured",
        "stage": "reserve",
        "at": world.events.published[0]["at"],
        "customer_id": "alice",
        "workflow_version": "v2",
        "currency": "EUR",
        "exponent": 2,
        "detail": {"amount_minor": 2500},
    }


def test_changes_without_events_other_items_and_deleted_orders_publish_nothing(
    world: World,
) -> None:
    order = world.place()
    unchanged = record(order, replace(order, sequence=order.sequence + 1))
    event = to_item(order_key(order.order_id, "EVENT#000001"))
    deleted = {"Keys": to_item(order_key(order.order_id)), "OldImage": to_item(to_record(order))}

    others = ({"dynamodb": {"Keys": event}}, {"dynamodb": deleted})
    assert published(world, unchanged, *others) == []


def test_what_a_person_wrote_is_not_published(world: World) -> None:
    cancelled = ("order-cancelled", {"reason": "call 555", "outcome": "cancelled"})

    published(world, written(world, world.place(), cancelled))

    assert world.events.published[0]["detail"] == {"outcome": "cancelled"}


def test_a_batch_that_the_bus_refuses_fails_as_a_whole_and_is_complete_when_repeated(
    world: World,
) -> None:
    batch = [
        written(world, world.place(), ("stock-reserved", {"units": number})) for number in (1, 2)
    ]
    world.events.failures = [EventsUnavailable("away")]

    with pytest.raises(EventsUnavailable):
        published(world, *batch)
    assert len(published(world, *batch)) == 2


def test_money_is_counted_by_currency(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    paid = written(world, world.place(), ("payment-captured", {"amount_minor": 2500}))
    refunded = written(
        world, world.place(currency="USD"), ("payment-refunded", {"amount_minor": 900})
    )

    published(world, paid, refunded)

    found = lines(capsys.readouterr().out)
    assert [(one["currency"], one["CapturedMinorUnits"]) for one in found[:1]] == [("EUR", [2500])]
    assert [(one["currency"], one["RefundedMinorUnits"]) for one in found[1:2]] == [("USD", [900])]


AN_EVENT = {"event_id": "O1-1", "order_id": "O1", "kind": "order-placed", "at": "2026-01-01"}


@pytest.mark.parametrize("body", ["no JSON", "[]", '{"event_id": "O1-1"}'])
def test_a_malformed_message_fails_alone(
    world: World, body: str, capsys: pytest.CaptureFixture[str]
) -> None:
    good = {"messageId": "good", "body": json.dumps(AN_EVENT)}
    bad = {"messageId": "bad", "body": body}

    with captured_log() as log:
        answer = order_events_handler.deliver({"Records": [bad, good]}, None)

    assert answer == {"batchItemFailures": [{"itemIdentifier": "bad"}]}
    assert world.events.delivered == [AN_EVENT]
    logged = lines(log.getvalue())[0]
    assert (logged["message"], logged["message_id"]) == ("malformed message", "bad")
    assert lines(capsys.readouterr().out)[-1]["EventDeliveryFailed"] == [1.0]


def test_an_event_that_the_subscriber_does_not_accept_stays_in_the_queue(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    bodies = [{**AN_EVENT, "event_id": f"O1-{number}"} for number in (1, 2)]
    records = [
        {"messageId": f"m{number}", "body": json.dumps(body)} for number, body in enumerate(bodies)
    ]
    world.events.failures = [EventsUnavailable("the subscriber answered 500", order_id="O1")]

    with captured_log() as log:
        answer = order_events_handler.deliver({"Records": records}, None)

    delivered = lines(log.getvalue())[-1]
    shown = {"event_id": "O1-2", "kind": "order-placed"}
    assert delivered.items() >= {"message": "event delivered", **shown}.items()
    assert answer == {"batchItemFailures": [{"itemIdentifier": "m0"}]}
    assert world.events.delivered == bodies[1:]
    [metrics] = [line for line in lines(capsys.readouterr().out) if "_aws" in line]
    assert (metrics["EventDeliveryFailed"], metrics["EventsDelivered"]) == ([1.0], [1.0])


def test_a_repeated_record_publishes_the_same_events_again(world: World) -> None:
    order = world.place()
    written(world, order, ("stock-reserved", {"units": 2}))
    once = written(world, order, ("payment-captured", {"amount_minor": 1}))

    assert published(world, once) == [(2, "payment-captured")]
    assert published(world, once) == [(2, "payment-captured")] * 2
