"""POST /orders: which fields and lines of an order are refused, and how they are named."""

from typing import Any

import pytest

from tests.support.api_caller import ApiCaller
from tests.unit.api.orders.placing import start


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"items": [{"sku": "mug", "quantity": 1}]}, "items[0].sku"),
        ({"items": [{"sku": "MUG-RED", "quantity": True}]}, "items[0].quantity"),
        ({"items": [{"sku": "MUG-RED", "quantity": 1, "price": 1}]}, "items[0].price"),
        ({"items": "MUG-RED"}, "items"),
        ({"payment_method": "card"}, "payment_method"),
        ({"payment_method": "pm_" + "x" * 101}, "payment_method"),
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


def test_more_than_fifty_skus_are_refused(api: ApiCaller) -> None:
    lines = [{"sku": f"SKU-{number}", "quantity": 1} for number in range(51)]

    answer = start(api, items=lines)

    assert answer.status == 422
    assert "50" in answer.json["detail"]


@pytest.mark.parametrize("method", ["pm_ok", "pm_1MqLiJLkdIwHu7ixUEgbFdYD", "pm_" + "x" * 100])
def test_the_id_of_a_payment_method_may_have_capital_letters(api: ApiCaller, method: str) -> None:
    assert start(api, payment_method=method).status == 201
