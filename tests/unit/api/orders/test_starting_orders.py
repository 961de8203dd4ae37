"""POST /orders: the answer, who may order what for whom, and which fields are refused."""

from dataclasses import replace
from typing import Any

import pytest

from lambdas.domain.record.usage import CustomerCaps
from tests.support.api_caller import ALICE, OPERATOR, SHOP, ApiCaller, a_machine
from tests.support.versions import with_status
from tests.support.world import World
from tests.unit.api.orders.placing import start


def test_a_new_order_is_created_with_its_address_and_started(api: ApiCaller, world: World) -> None:
    answer = start(api)

    order_id = answer.json["order_id"]
    assert answer.status == 201
    assert answer.headers["location"] == f"/orders/{order_id}"
    assert answer.json["customer_id"] == "alice"
    assert answer.json["stage"] == "start"
    assert answer.json["version"] == "v2"
    assert answer.json["total"] == {"amount_minor": 1600, "currency": "EUR", "exponent": 2}
    assert answer.json["items"] == [{"sku": "MUG-RED", "quantity": 2, "unit_price_minor": 800}]
    assert answer.json["created_at"] == "2026-01-01T00:00:00.000Z"
    assert world.engine.started == [f"{order_id}-1"]


def test_the_answer_has_the_fields_of_the_order(api: ApiCaller) -> None:
    placed = start(api).json

    read = api.get(f"/orders/{placed['order_id']}", ALICE).json
    assert set(placed) - {"warnings"} == set(read) - {"shown_fields"}
    assert placed["warnings"] == []


@pytest.mark.parametrize("changes", [{"customer_id": "bob"}, {"workflow_version": "v1"}])
def test_a_customer_orders_only_for_themselves_and_chooses_no_version(
    api: ApiCaller, world: World, changes: dict[str, str]
) -> None:
    answer = start(api, ALICE, **changes)

    assert answer.status == 403
    assert answer.json["detail"] == (
        "Only operators and machine clients may order for others or select a workflow version."
    )
    assert world.engine.started == []
    assert start(api, ALICE, customer_id="alice").status == 201


@pytest.mark.parametrize("claims", [OPERATOR, SHOP, a_machine("orders/operator")])
def test_operators_and_machine_clients_order_for_customers_and_choose_versions(
    api: ApiCaller, claims: Any
) -> None:
    answer = start(api, claims, customer_id="bob", workflow_version="v1")

    assert answer.status == 201
    assert (answer.json["customer_id"], answer.json["version"]) == ("bob", "v1")


def test_a_deprecated_version_is_started_with_a_warning(api: ApiCaller, world: World) -> None:
    world.deps.workflow = replace(world.deps.workflow, versions=with_status(v1="deprecated"))

    old = start(api, OPERATOR, customer_id="bob", workflow_version="v1")
    new = start(api, OPERATOR, customer_id="bob", workflow_version="v2", key="key-2")

    assert (old.status, old.json["version"]) == (201, "v1")
    assert old.json["warnings"] == ["workflow version v1 is deprecated: use v2"]
    assert new.json["warnings"] == []


def test_a_removed_version_is_refused_except_for_an_order_that_exists(
    api: ApiCaller, world: World
) -> None:
    before = start(api, OPERATOR, customer_id="bob", workflow_version="v1", key="k1")
    world.deps.workflow = replace(world.deps.workflow, versions=with_status(v1="removed"))

    again = start(api, OPERATOR, customer_id="bob", workflow_version="v1", key="k1")
    refused = start(api, OPERATOR, customer_id="bob", workflow_version="v1", key="k2")

    assert (again.status, again.json["order_id"]) == (200, before.json["order_id"])
    assert refused.status == 422
    assert refused.json["type"] == "urn:order-workflow:problem:workflow-version-removed"
    assert refused.json["detail"] == ("Workflow version v1 was removed; new orders start as v2.")
    assert refused.json["advice"] == "Send a version that is supported, or none."


def test_an_order_beyond_the_cap_is_refused_with_advice(api: ApiCaller, world: World) -> None:
    world.store.caps = CustomerCaps(orders=1, units=9)
    start(api, key="one")

    answer = start(api, key="two")

    assert answer.status == 429
    assert answer.json["type"].endswith("customer-cap-reached")
    assert answer.json["detail"] == (
        "The customer reached the limit of 1 open orders and 9 units in open orders."
    )
    assert answer.json["advice"] == "Wait until an open order ends, or cancel one."


@pytest.mark.parametrize("part", ["store", "inventory", "customers"])
def test_a_store_that_does_not_answer_asks_to_try_again(
    api: ApiCaller, world: World, part: str
) -> None:
    getattr(world, part).unavailable = True

    answer = start(api)

    assert (answer.status, answer.headers["retry-after"]) == (503, "2")
    assert "again" in answer.json["advice"]


def test_all_wrong_fields_are_named_at_once(api: ApiCaller) -> None:
    answer = api.post("/orders", {"customer_id": 5}, headers={"Idempotency-Key": "k"})

    fields = {error["field"] for error in answer.json["errors"]}
    assert fields == {"customer_id", "items", "payment_method"}


@pytest.mark.parametrize("method", ["pm_ok", "pm_1MqLiJLkdIwHu7ixUEgbFdYD", "pm_" + "x" * 100])
def test_the_id_of_a_payment_method_may_have_capital_letters(api: ApiCaller, method: str) -> None:
    assert start(api, payment_method=method).status == 201


def test_more_than_fifty_skus_are_refused(api: ApiCaller) -> None:
    lines = [{"sku": f"SKU-{number}", "quantity": 1} for number in range(51)]

    answer = start(api, items=lines)

    assert answer.status == 422
    assert "50" in answer.json["detail"]


def test_a_machine_client_must_name_the_customer(api: ApiCaller) -> None:
    answer = start(api, SHOP)

    assert answer.status == 422
    assert answer.json["detail"] == (
        "A machine client orders for a customer: `customer_id` is missing."
    )
