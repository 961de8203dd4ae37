"""GET /orders…: what the owner and the staff read, and what nobody else may know of."""

from dataclasses import replace
from typing import Any

import pytest

from lambdas.domain.changes import Event
from lambdas.domain.ledger import PAY
from lambdas.domain.order import Order
from lambdas.domain.stages import Stage
from tests.support.api_caller import ALICE, APPROVER, BOB, OPERATOR, SHOP, ApiCaller, a_person
from tests.support.builders import a_signal, an_order, an_order_id
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


@pytest.mark.parametrize("read", READS)
def test_another_customers_order_does_not_exist(api: ApiCaller, world: World, read: str) -> None:
    order, missing = world.place(), an_order_id()

    theirs = api.get(f"/orders/{order.order_id}{read}", BOB)
    nobodys = api.get(f"/orders/{missing}{read}", BOB)

    assert theirs.status == 404
    assert theirs.json == nobodys.json


@pytest.mark.parametrize(
    "order_id",
    ["1", "01kdvdnh000000000000000001", "8" + "0" * 25, "0" * 25, "0" * 27, "0" * 25 + "U"],
)
def test_what_is_no_ulid_is_no_order(api: ApiCaller, world: World, order_id: str) -> None:
    world.store.unavailable = True

    assert api.get(f"/orders/{order_id}", OPERATOR).status == 404


def test_status_tells_everything_about_a_waiting_order(api: ApiCaller, world: World) -> None:
    order = world.place(Stage.AWAITING_APPROVAL)

    status = api.get(f"/orders/{order.order_id}").json

    assert status == {
        "order_id": order.order_id,
        "customer_id": "alice",
        "stage": "awaiting-approval",
        "items": [{"sku": "COFFEE-1KG", "quantity": 2, "unit_price_minor": 1250}],
        "reserved": True,
        "payment_approved": False,
        "charged": False,
        "cancelled": False,
        "last_error": None,
        "enrichment": {"customer_tier": "gold", "inventory_ok": True, "recommendations": []},
        "approval_deadline": "2026-01-01T00:15:00.000Z",
        "version": "v2",
        "revision": 1,
        "total": {"amount_minor": 2500, "currency": "EUR"},
        "allowed_signals": ["approve-payment", "cancel-order", "add-line-item"],
        "ledger": {
            "reserve": {
                "state": "done",
                "stuck": False,
                "amount_minor": None,
                "refunded_minor": None,
            }
        },
        "result": None,
        "created_at": "2026-01-01T00:00:00.000Z",
        "updated_at": "2026-01-01T00:00:00.000Z",
    }


def test_status_tells_the_result_and_the_payment_of_a_completed_order(
    api: ApiCaller, world: World
) -> None:
    order = world.place(Stage.COMPLETED)

    status = api.get(f"/orders/{order.order_id}").json

    assert status["result"] == f"Order {order.order_id} completed (version v2)"
    assert status["allowed_signals"] == []
    assert status["ledger"]["pay"]["amount_minor"] == 2500


def test_status_tells_which_effect_is_stuck(api: ApiCaller, world: World) -> None:
    order = world.place(Stage.STATUS_UPDATE)
    stuck = replace(order.ledger[PAY], stuck=True)
    world.store.put(replace(order.with_effect(PAY, stuck), stage=Stage.COMPENSATING))

    assert api.get(f"/orders/{order.order_id}").json["ledger"]["pay"]["stuck"] is True


@pytest.mark.parametrize("stage", list(Stage))
def test_no_read_shows_a_token_an_address_a_key_or_who_approved(
    api: ApiCaller, world: World, stage: Stage
) -> None:
    order = world.place(stage, wait_token=TOKEN)
    world.store.put(replace(order, inbox=(a_signal(),), applied=1))
    answers = [api.get(f"/orders/{order.order_id}{read}", OPERATOR) for read in READS]
    answers.append(api.get("/orders", OPERATOR))

    secrets = [TOKEN, "@example.com", "approver1", "pm_ok", f"reserve:{order.order_id}"]
    assert leaks("".join(answer.text for answer in answers), secrets) == []


def test_an_order_that_did_not_change_is_not_sent_again(api: ApiCaller, world: World) -> None:
    path = f"/orders/{world.place().order_id}"
    tag = api.get(path).headers["etag"]

    again = api.get(path, headers={"If-None-Match": tag})

    assert (again.status, again.text) == (304, "")
    assert again.headers["etag"] == tag


@pytest.mark.parametrize("form", ["{tag}", '"other", {tag}', "*", "{strong}"])
def test_an_etag_is_compared_weakly_and_in_lists(api: ApiCaller, world: World, form: str) -> None:
    path = f"/orders/{world.place().order_id}"
    tag = api.get(path).headers["etag"]
    given = form.format(tag=tag, strong=tag.removeprefix("W/"))

    assert api.get(path, headers={"if-none-match": given}).status == 304


def test_an_order_that_was_written_has_another_etag(api: ApiCaller, world: World) -> None:
    order = world.place()
    tag = api.get(f"/orders/{order.order_id}").headers["etag"]

    world.another_write(order)

    changed = api.get(f"/orders/{order.order_id}", headers={"If-None-Match": tag})
    assert changed.status == 200
    assert changed.headers["etag"] != tag


def test_an_order_whose_deadline_passed_has_another_etag(api: ApiCaller, world: World) -> None:
    path = f"/orders/{world.place().order_id}"
    tag = api.get(path).headers["etag"]

    world.clock.advance(901)

    changed = api.get(path, headers={"If-None-Match": tag})
    assert changed.status == 200
    assert changed.json["allowed_signals"] == ["cancel-order"]


def test_items_are_told_with_the_revision_that_an_approval_names(
    api: ApiCaller, world: World
) -> None:
    order = world.place(revision=3)

    assert api.get(f"/orders/{order.order_id}/items").json == {
        "order_id": order.order_id,
        "revision": 3,
        "items": [{"sku": "COFFEE-1KG", "quantity": 2, "unit_price_minor": 1250}],
        "total": {"amount_minor": 2500, "currency": "EUR"},
    }


def test_the_timeline_tells_every_event_in_order(api: ApiCaller) -> None:
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
                "detail": {},
            }
        ]
    }


def listed(api: ApiCaller, query: str, claims: Any = OPERATOR) -> list[str]:
    answer = api.get(f"/orders{query}", claims)
    assert answer.status == 200
    return [order["order_id"] for order in answer.json["orders"]]


def placed(world: World, *stages_and_owners: tuple[Stage, str]) -> list[Order]:
    orders = [
        an_order(stage, customer_id=owner, requested_by=owner) for stage, owner in stages_and_owners
    ]
    world.store.put(*orders)
    return orders


def test_customers_list_their_own_orders_newest_first(api: ApiCaller, world: World) -> None:
    first, _, third = placed(
        world, (Stage.START, "alice"), (Stage.START, "bob"), (Stage.FAILED, "alice")
    )

    assert listed(api, "", ALICE) == [third.order_id, first.order_id]
    assert listed(api, "?customer_id=alice", ALICE) == [third.order_id, first.order_id]


def test_customers_cannot_list_the_orders_of_others(api: ApiCaller) -> None:
    assert api.get("/orders?customer_id=bob", ALICE).status == 403


@pytest.mark.parametrize("claims", [APPROVER, OPERATOR, SHOP])
def test_the_staff_list_all_orders_or_those_of_one_customer(
    api: ApiCaller, world: World, claims: Any
) -> None:
    alices, bobs = placed(world, (Stage.START, "alice"), (Stage.START, "bob"))

    assert listed(api, "", claims) == [bobs.order_id, alices.order_id]
    assert listed(api, "?customer_id=alice", claims) == [alices.order_id]


def test_orders_are_listed_by_stage(api: ApiCaller, world: World) -> None:
    _, failed = placed(world, (Stage.START, "alice"), (Stage.FAILED, "bob"))

    assert listed(api, "?stage=failed") == [failed.order_id]


def test_the_cursor_walks_through_all_orders_once(api: ApiCaller, world: World) -> None:
    orders = placed(world, *[(Stage.START, "alice")] * 5)
    seen: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        answer = api.get(f"/orders?limit=2{cursor and '&cursor=' + cursor}", ALICE)
        seen += [order["order_id"] for order in answer.json["orders"]]
        cursor = answer.json["next_cursor"]

    assert seen == [order.order_id for order in reversed(orders)]


def test_a_page_has_twenty_orders_unless_told_otherwise(api: ApiCaller, world: World) -> None:
    placed(world, *[(Stage.START, "alice")] * 21)

    assert len(listed(api, "", ALICE)) == 20
    assert len(listed(api, "?limit=100", ALICE)) == 21


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("?limit=0", "limit"),
        ("?limit=101", "limit"),
        ("?limit=many", "limit"),
        ("?stage=done", "stage"),
        ("?customer_id=a%23b", "customer_id"),
        ("?state=failed", "state"),
    ],
)
def test_a_parameter_that_is_wrong_or_unknown_is_named(
    api: ApiCaller, query: str, field: str
) -> None:
    answer = api.get(f"/orders{query}", OPERATOR)

    assert answer.status == 422
    assert [error["field"] for error in answer.json["errors"]] == [field]


def test_a_cursor_that_no_list_returned_is_refused(api: ApiCaller) -> None:
    assert api.get("/orders?cursor=zzz", OPERATOR).status == 422


def test_events_of_every_stage_are_shown(api: ApiCaller, world: World) -> None:
    order = world.place()
    for number, stage in enumerate(Stage, start=1):
        event = Event(number=number, at=world.clock.now(), kind="k", stage=stage, detail={"n": 1})
        world.store.put_event(order.order_id, event)

    events = api.get(f"/orders/{order.order_id}/timeline").json["events"]

    assert [event["stage"] for event in events] == [stage.value for stage in Stage]


def test_an_if_none_match_that_is_too_long_is_refused_as_documented(
    api: ApiCaller, world: World
) -> None:
    path = f"/orders/{world.place().order_id}"

    assert api.get(path, headers={"If-None-Match": "x" * 2001}).status == 400


@pytest.mark.parametrize("path", ["/orders", "/stages"])
def test_a_customer_id_keeps_to_the_characters_that_are_described(
    api: ApiCaller, path: str
) -> None:
    assert api.get(f"{path}?customer_id=zo.e@x", OPERATOR).status == 200
    assert api.get(f"{path}?customer_id=zo\u00eb", OPERATOR).status == 422
