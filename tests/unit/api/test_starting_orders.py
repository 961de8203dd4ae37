"""POST /orders: who may order what for whom, and that an order is made once."""

from typing import Any

import pytest

from tests.support.api_caller import (
    ALICE,
    APPROVER,
    BOB,
    OPERATOR,
    SHOP,
    Answer,
    ApiCaller,
    a_machine,
)
from tests.support.world import World

ORDER = {"items": [{"sku": "MUG-RED", "quantity": 2}], "payment_method": "pm_ok"}


def start(api: ApiCaller, claims: Any = ALICE, key: str | None = "key-1", **changes: Any) -> Answer:
    headers = {} if key is None else {"Idempotency-Key": key}
    return api.post("/orders", {**ORDER, **changes}, claims, headers=headers)


def test_a_new_order_is_created_with_its_address_and_started(api: ApiCaller, world: World) -> None:
    answer = start(api)

    order_id = answer.json["order_id"]
    assert answer.status == 201
    assert answer.headers["location"] == f"/orders/{order_id}"
    assert answer.json["customer_id"] == "alice"
    assert answer.json["stage"] == "start"
    assert answer.json["version"] == "v2"
    assert answer.json["total"] == {"amount_minor": 1600, "currency": "EUR"}
    assert answer.json["items"] == [{"sku": "MUG-RED", "quantity": 2, "unit_price_minor": 800}]
    assert answer.json["created_at"] == "2026-01-01T00:00:00.000Z"
    assert world.engine.started == [f"{order_id}-1"]


def test_the_answer_has_exactly_the_fields_of_the_contract(api: ApiCaller) -> None:
    assert set(start(api).json) == {
        *("order_id", "customer_id", "stage", "items", "reserved", "payment_approved"),
        *("charged", "cancelled", "last_error", "enrichment", "approval_deadline", "version"),
        *("revision", "total", "allowed_signals", "ledger", "result", "created_at", "updated_at"),
    }


def test_the_same_key_and_body_give_the_same_order(api: ApiCaller, world: World) -> None:
    first, second = start(api), start(api)

    assert (first.status, second.status) == (201, 200)
    assert second.json["order_id"] == first.json["order_id"]
    assert second.headers["location"] == first.headers["location"]
    assert len(world.engine.started) == 1


def test_the_same_body_may_be_written_in_another_order_of_fields(api: ApiCaller) -> None:
    first = start(api)

    again = api.call(
        "POST",
        "/orders",
        text='{"payment_method":"pm_ok", "items":[{"quantity":2,"sku":"MUG-RED"}],'
        ' "customer_id":"alice", "workflow_version":null}',
        headers={"idempotency-key": "key-1"},
    )

    assert again.status == 200
    assert again.json["order_id"] == first.json["order_id"]


def test_the_same_key_with_another_body_is_refused(api: ApiCaller) -> None:
    start(api)

    answer = start(api, payment_method="pm_declined")

    assert answer.status == 422
    assert answer.json["type"].endswith("idempotency-mismatch")


def test_two_callers_may_use_the_same_key(api: ApiCaller) -> None:
    assert start(api, ALICE).json["order_id"] != start(api, BOB).json["order_id"]


def test_an_operator_who_names_another_customer_under_the_same_key_is_refused(
    api: ApiCaller,
) -> None:
    start(api, OPERATOR, customer_id="alice")

    assert start(api, OPERATOR, customer_id="bob").status == 422


@pytest.mark.parametrize("key", [None, "", "with space", "ü", "k" * 129])
def test_an_order_without_a_usable_key_is_malformed(api: ApiCaller, key: str | None) -> None:
    answer = start(api, key=key)

    assert answer.status == 400
    assert "Idempotency-Key" in answer.json["detail"]


def test_a_missing_key_is_told_by_what_to_send(api: ApiCaller) -> None:
    assert "send one" in start(api, key=None).json["detail"].lower()


@pytest.mark.parametrize("key", ["!", "k" * 128, 'a,b;c="d"', "#%/?"])
def test_a_key_may_be_any_visible_ascii(api: ApiCaller, key: str) -> None:
    assert start(api, key=key).status == 201


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"items": []}, "items"),
        ({"items": [{"sku": "mug", "quantity": 1}]}, "items[0].sku"),
        ({"items": [{"sku": "MUG-RED", "quantity": 0}]}, "items[0].quantity"),
        ({"items": [{"sku": "MUG-RED", "quantity": 1000}]}, "items[0].quantity"),
        ({"items": [{"sku": "MUG-RED", "quantity": 1.0}]}, "items[0].quantity"),
        ({"items": [{"sku": "MUG-RED", "quantity": True}]}, "items[0].quantity"),
        ({"items": [{"sku": "MUG-RED", "quantity": "1"}]}, "items[0].quantity"),
        ({"items": [{"sku": "MUG-RED", "quantity": 1, "price": 1}]}, "items[0].price"),
        ({"items": "MUG-RED"}, "items"),
        ({"payment_method": "card"}, "payment_method"),
        ({"payment_method": "pm_" + "x" * 41}, "payment_method"),
        ({"payment_method": "pm_ok\n"}, "payment_method"),
        ({"workflow_version": "v3"}, "workflow_version"),
        ({"customer_id": "a#b"}, "customer_id"),
        ({"discount": 5}, "discount"),
    ],
)
def test_a_field_that_is_wrong_is_named(
    api: ApiCaller, changes: dict[str, Any], field: str
) -> None:
    answer = start(api, **changes)

    assert answer.status == 422
    assert [error["field"] for error in answer.json["errors"]] == [field]
    assert field in answer.json["detail"]


def test_all_wrong_fields_are_named_at_once(api: ApiCaller) -> None:
    answer = api.post("/orders", {"customer_id": 5}, headers={"Idempotency-Key": "k"})

    fields = {error["field"] for error in answer.json["errors"]}
    assert fields == {"customer_id", "items", "payment_method"}


def test_an_unknown_sku_is_named(api: ApiCaller) -> None:
    answer = start(api, items=[{"sku": "NO-SUCH", "quantity": 1}])

    assert answer.status == 422
    assert "NO-SUCH" in answer.json["detail"]


def test_lines_of_one_sku_are_merged(api: ApiCaller) -> None:
    line = {"sku": "MUG-RED", "quantity": 2}

    assert start(api, items=[line, line]).json["items"][0]["quantity"] == 4


def test_more_than_fifty_skus_are_refused(api: ApiCaller) -> None:
    lines = [{"sku": f"SKU-{number}", "quantity": 1} for number in range(51)]

    answer = start(api, items=lines)

    assert answer.status == 422
    assert "50" in answer.json["detail"]


def test_a_customer_orders_only_for_themselves(api: ApiCaller, world: World) -> None:
    answer = start(api, ALICE, customer_id="bob")

    assert answer.status == 403
    assert world.engine.started == []
    assert start(api, ALICE, customer_id="alice").status == 201


def test_a_customer_does_not_choose_the_workflow_version(api: ApiCaller) -> None:
    assert start(api, ALICE, workflow_version="v1").status == 403


@pytest.mark.parametrize("claims", [OPERATOR, SHOP, a_machine("orders/operator")])
def test_operators_and_machine_clients_order_for_customers_and_choose_versions(
    api: ApiCaller, claims: Any
) -> None:
    answer = start(api, claims, customer_id="bob", workflow_version="v1")

    assert answer.status == 201
    assert (answer.json["customer_id"], answer.json["version"]) == ("bob", "v1")


def test_a_machine_client_must_name_the_customer(api: ApiCaller) -> None:
    answer = start(api, SHOP)

    assert answer.status == 422
    assert "customer_id" in answer.json["detail"]


def test_a_customer_who_does_not_exist_is_refused(api: ApiCaller) -> None:
    assert start(api, OPERATOR, customer_id="nobody").status == 422


@pytest.mark.parametrize("claims", [APPROVER, a_machine("orders/approver")])
def test_who_approves_does_not_order(api: ApiCaller, claims: Any) -> None:
    assert start(api, claims, customer_id="alice").status == 403


def test_an_order_is_safe_though_its_execution_could_not_start(
    api: ApiCaller, world: World
) -> None:
    world.engine.unavailable = True

    answer = start(api)

    assert answer.status == 201
    assert world.store.get(answer.json["order_id"]).start_pending


@pytest.mark.parametrize("part", ["store", "inventory", "customers"])
def test_a_store_that_does_not_answer_asks_to_try_again(
    api: ApiCaller, world: World, part: str
) -> None:
    getattr(world, part).unavailable = True

    answer = start(api)

    assert answer.status == 503
    assert int(answer.headers["retry-after"]) > 0
    assert "again" in answer.json["detail"]
