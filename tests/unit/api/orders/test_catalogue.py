"""What operators do with products, stock and customers over HTTP."""

import json
from typing import Any

import pytest

from tests.support.api_caller import ALICE, APPROVER, OPERATOR, Answer, ApiCaller
from tests.support.world import World

COFFEE = {"name": "Coffee", "unit_price_minor": 1850, "currency": "EUR", "related": ["MUG-RED"]}
CAROL = {"customer_id": "carol", "tier": "new", "name": "Carol C.", "email": "carol@example.com"}


def correct(api: ApiCaller, change: int, key: str = "delivery-1", sku: str = "MUG-RED") -> Answer:
    body = {"change": change, "reason": "delivered"}
    headers = {"Idempotency-Key": key}
    return api.post(f"/ops/products/{sku}/corrections", body, claims=OPERATOR, headers=headers)


def test_a_product_is_created_without_units_and_then_changed(api: ApiCaller) -> None:
    created = api.put("/ops/products/COFFEE", COFFEE, claims=OPERATOR)
    changed = api.put("/ops/products/COFFEE", {**COFFEE, "name": "Beans"}, claims=OPERATOR)

    assert (created.status, changed.status) == (201, 200)
    assert changed.json == {
        "sku": "COFFEE",
        "name": "Beans",
        "price": {"amount_minor": 1850, "currency": "EUR", "exponent": 2},
        "related": ["MUG-RED"],
        "listed": True,
        "available": 0,
        "held": 0,
        "sold": 0,
        "corrections": [],
    }
    assert api.get("/ops/products/COFFEE", claims=OPERATOR).json == changed.json


def test_a_key_names_one_correction_that_is_recorded_with_its_actor(
    api: ApiCaller, world: World
) -> None:
    first, again = correct(api, 5), correct(api, 5)

    assert (first.status, again.status) == (201, 200)
    assert first.json == again.json
    assert first.json["available"] == 15
    (recorded,) = first.json["corrections"]
    shown = {"change": 5, "reason": "delivered", "actor": "operator1", "key": "delivery-1"}
    assert recorded.items() >= shown.items()
    (stored,) = world.warehouse.find("MUG-RED").corrections
    assert (stored.actor, stored.actor_name) == (OPERATOR["sub"], "operator1")
    assert correct(api, 6).status == 422


def test_reserved_units_cannot_be_removed(api: ApiCaller, world: World) -> None:
    world.stock("MUG-RED", available=2, held=8)

    answer = correct(api, -3)

    assert answer.status == 409
    assert answer.json["detail"] == ("2 of MUG-RED are available; the correction removes 3.")
    assert api.get("/ops/products/MUG-RED", claims=OPERATOR).json["held"] == 8


@pytest.mark.parametrize("path", ["/ops/products/NONE", "/ops/products/A%20B"])
def test_an_unknown_product_is_not_found(api: ApiCaller, path: str) -> None:
    assert api.get(path, claims=OPERATOR).status == 404
    assert correct(api, 1, sku=path.rpartition("/")[2]).status == 404


@pytest.mark.parametrize(
    ("method", "path", "sound", "wrong"),
    [
        *(
            ("PUT", "/ops/products/COFFEE", COFFEE, wrong)
            for wrong in (
                *({"unit_price_minor": -1}, {"unit_price_minor": 18.5}, {"available": 5}),
                *({"currency": "EURO"}, {"currency": "XXX"}, {"related": ["lower"]}),
                *({"name": " "}, {"name": "two\nlines"}),
            )
        ),
        *(
            ("POST", "/ops/customers", CAROL, wrong)
            for wrong in (
                *({"language": "../de"}, {"language": "german"}, {"tier": "platinum"}),
                *({"email": "carol"}, {"email": "c@x"}, {"customer_id": "a b"}),
            )
        ),
    ],
)
def test_invalid_details_are_refused_and_not_repeated(
    api: ApiCaller, method: str, path: str, sound: dict[str, Any], wrong: dict[str, Any]
) -> None:
    answer = api.call(method, path, OPERATOR, text=json.dumps({**sound, **wrong}))

    assert answer.status == 422
    assert "carol@" not in answer.text


def test_a_correction_of_nothing_is_refused(api: ApiCaller) -> None:
    answer = correct(api, 0)

    assert answer.status == 422
    assert answer.json["detail"] == "A correction of 0 units changes nothing: leave it out."


def test_a_customer_is_stored_and_the_answer_has_no_personal_data(
    api: ApiCaller, world: World
) -> None:
    answer = api.post("/ops/customers", CAROL, claims=OPERATOR)

    assert (answer.status, answer.json) == (200, {"customer_id": "carol", "tier": "new"})
    stored = world.customers.find("carol")
    assert stored is not None
    assert (stored.email, stored.name) == ("carol@example.com", "Carol C.")


def test_products_are_listed_by_sku_with_price_and_availability(
    api: ApiCaller, world: World
) -> None:
    world.stock("COFFEE", available=0, unit_price_minor=12500, currency="JPY", name="Coffee")
    world.stock("GOLD", available=9, currency="XAU")

    answer = api.get("/catalogue", claims=ALICE)

    coffee, mug = answer.json["products"][0], answer.json["products"][-1]
    assert answer.json["next_cursor"] is None
    assert coffee == {
        "sku": "COFFEE",
        "name": "Coffee",
        "price": {"amount_minor": 12500, "currency": "JPY", "exponent": 0},
        "sold_out": True,
    }
    assert (mug["sku"], mug["sold_out"]) == ("MUG-RED", False)
    assert "GOLD" not in answer.text


def test_the_catalogue_has_pages(api: ApiCaller, world: World) -> None:
    for sku in ("A", "B", "C"):
        world.stock(sku, available=1)
    page = api.get("/catalogue?limit=2", claims=APPROVER).json
    rest = api.get(f"/catalogue?limit=2&cursor={page['next_cursor']}", claims=APPROVER).json

    assert [product["sku"] for product in page["products"]] == ["A", "B"]
    assert [product["sku"] for product in rest["products"]] == ["C", "MUG-RED"]
    assert rest["next_cursor"] is None
    assert api.get("/catalogue?cursor=a%20b", claims=APPROVER).status == 422


def test_an_unchanged_catalogue_is_not_sent_again(api: ApiCaller, world: World) -> None:
    tag = api.get("/catalogue").headers["etag"]

    again = api.get("/catalogue", headers={"If-None-Match": tag})
    assert (again.status, again.text, again.headers["etag"]) == (304, "", tag)
    assert again.headers["cache-control"] == "private, no-cache"

    world.stock("MUG-RED", available=0)
    assert api.get("/catalogue", headers={"If-None-Match": tag}).status == 200


def test_a_product_that_is_not_listed_can_be_ordered(api: ApiCaller, world: World) -> None:
    world.stock("SPARE-1", available=1)
    details = {**COFFEE, "listed": False}
    assert api.put("/ops/products/SPARE-1", details, claims=OPERATOR).json["listed"] is False

    assert "SPARE-1" not in api.get("/catalogue").text
    order = {"items": [{"sku": "SPARE-1", "quantity": 1}], "payment_method": "pm_ok"}
    assert api.post("/orders", order, headers={"Idempotency-Key": "k"}).status == 201
