"""GET /orders/{order_id}…: who may read an order, its items and timeline, without secrets."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from lambdas.domain.record.changes import MAX_EVENTS, Event
from lambdas.domain.record.stages import Stage
from tests.support.api_caller import ALICE, APPROVER, BOB, OPERATOR, SHOP, ApiCaller, a_person
from tests.support.builders import a_signal, an_order_id
from tests.support.invariants import leaks
from tests.support.world import TOKEN, World

READS = ["", "/items", "/timeline"]
READERS = [ALICE, APPROVER, OPERATOR, SHOP, a_person("bob", "customer", "approver")]


@pytest.mark.parametrize("read", READS)
@pytest.mark.parametrize("claims", READERS)
def test_the_owner_and_the_staff_read_an_order(
    api: ApiCaller, world: World, read: str, claims: Any
) -> None:
    order = world.place()

    assert api.get(f"/orders/{order.order_id}{read}", claims).status == 200


@pytest.mark.parametrize("read", [*READS, "/execution", "/signals", "/signals/S"])
def test_another_customers_order_does_not_exist(api: ApiCaller, world: World, read: str) -> None:
    order, missing = world.place(), an_order_id()

    theirs = api.get(f"/orders/{order.order_id}{read}", BOB)
    nobodys = api.get(f"/orders/{missing}{read}", BOB)

    assert theirs.status == 404
    assert theirs.json == nobodys.json


@pytest.mark.parametrize(
    "order_id",
    ["1", "01KDVDNH00000000000000000!", "8" + "0" * 25, "0" * 25, "0" * 27, "0" * 25 + "U"],
)
def test_what_is_no_ulid_is_no_order(api: ApiCaller, world: World, order_id: str) -> None:
    world.store.unavailable = True

    assert api.get(f"/orders/{order_id}", OPERATOR).status == 404


@pytest.mark.parametrize("write", [str.lower, lambda order_id: f"%20{order_id}%0A"])
@pytest.mark.parametrize("read", READS)
def test_an_order_is_found_by_its_id_in_lower_case_or_with_blanks_around_it(
    api: ApiCaller, world: World, read: str, write: Callable[[str], str]
) -> None:
    order = world.place()

    answer = api.get(f"/orders/{write(order.order_id)}{read}", OPERATOR)

    assert answer.status == 200
    assert answer.json == api.get(f"/orders/{order.order_id}{read}", OPERATOR).json


@pytest.mark.parametrize("stage", list(Stage))
def test_no_read_shows_a_token_an_address_a_key_or_the_approver(
    api: ApiCaller, world: World, stage: Stage
) -> None:
    order = world.place(stage, wait_token=TOKEN)
    world.store.put(replace(order, inbox=(a_signal(),), applied=1))
    answers = [api.get(f"/orders/{order.order_id}{read}", OPERATOR) for read in READS]
    answers.append(api.get("/orders", OPERATOR))

    secrets = [TOKEN, "@example.com", "approver1", "pm_ok", f"reserve:{order.order_id}"]
    assert leaks("".join(answer.text for answer in answers), secrets) == []


def test_items_have_the_revision_that_an_approval_names(api: ApiCaller, world: World) -> None:
    order = world.place(revision=3)

    assert api.get(f"/orders/{order.order_id}/items").json == {
        "order_id": order.order_id,
        "revision": 3,
        "items": [{"sku": "COFFEE-1KG", "quantity": 2, "unit_price_minor": 1250}],
        "total": {"amount_minor": 2500, "currency": "EUR", "exponent": 2},
    }


@pytest.mark.parametrize(("currency", "exponent"), [("JPY", 0), ("EUR", 2), ("KWD", 3)])
def test_the_total_says_how_many_decimals_its_currency_has(
    api: ApiCaller, world: World, currency: str, exponent: int
) -> None:
    order = world.place(total=125_000, currency=currency)

    total = api.get(f"/orders/{order.order_id}").json["total"]

    assert total == {"amount_minor": 125_000, "currency": currency, "exponent": exponent}


def test_the_timeline_has_every_event_in_order(api: ApiCaller) -> None:
    started = api.post(
        "/orders",
        {"items": [{"sku": "MUG-RED", "quantity": 1}], "payment_method": "pm_ok"},
        headers={"Idempotency-Key": "k"},
    )

    answer = api.get(f"/orders/{started.json['order_id']}/timeline")

    assert answer.json == {
        "events": [
            {
                "sequence": 1,
                "at": "2026-01-01T00:00:00.000Z",
                "kind": "order-placed",
                "stage": "start",
                "actor": None,
                "detail": {},
            }
        ],
        "omitted_events": 0,
    }


def test_a_timeline_says_how_many_older_events_it_leaves_out(api: ApiCaller, world: World) -> None:
    order = world.place()
    for number in range(1, MAX_EVENTS + 8):
        event = Event(number=number, at=0, kind="noted", stage=order.stage, detail={})
        world.store.put_event(order.order_id, event)

    timeline = api.get(f"/orders/{order.order_id}/timeline").json

    assert timeline["omitted_events"] == 7
    assert [one["sequence"] for one in timeline["events"]][:1] == [8]


def test_events_of_every_stage_are_shown(api: ApiCaller, world: World) -> None:
    order = world.place()
    for number, stage in enumerate(Stage, start=1):
        event = Event(number=number, at=world.clock.now(), kind="k", stage=stage, detail={"n": 1})
        world.store.put_event(order.order_id, event)

    events = api.get(f"/orders/{order.order_id}/timeline").json["events"]

    assert [event["stage"] for event in events] == [stage.value for stage in Stage]
