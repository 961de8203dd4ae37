"""The seed data, its conversion to items, and the tokens of the users."""

import base64
import json
import time

import pytest

from local.data.catalogue import customer_records, inventory_records, units_by_sku
from local.data.tables import from_item, to_item
from local.data.users import TOKEN_OF, USERS, are_fresh


def a_token(seconds: float) -> str:
    claims = base64.urlsafe_b64encode(json.dumps({"exp": time.time() + seconds}).encode())
    return f"header.{claims.decode().rstrip('=')}.signature"


def test_the_seed_data_matches_the_documents() -> None:
    units = units_by_sku()
    assert len(units) >= 12
    assert {"COFFEE-1KG", "MUG-RED"} <= units.keys()
    assert (units["HOT-SKU"], units["RARE-1"], units["SOLD-OUT"]) == (50, 1, 0)
    for record in inventory_records():
        assert set(record["related"]) <= units.keys() - {record["sku"]}
        assert type(record["unit_price_minor"]) is int
        assert record["unit_price_minor"] > 0
        assert (record["held"], record["sold"]) == (0, 0)
    assert {record["currency"] for record in inventory_records()} == {"EUR", "JPY"}


def test_customers_are_users_of_the_pool() -> None:
    tiers = {record["customer_id"]: record["tier"] for record in customer_records()}
    assert tiers == {"alice": "gold", "bob": "standard", "carol": "new"}
    assert all(USERS[customer] == "customer" for customer in tiers)
    assert all(record["email"].endswith("@example.com") for record in customer_records())


def test_records_survive_the_conversion_to_items() -> None:
    record = {"sku": "A", "available": 3, "related": ["B"], "deep": {"n": 1}, "yes": True}
    assert from_item(to_item(record)) == record


@pytest.mark.parametrize(
    ("approver", "fresh"),
    [(a_token(3000), True), (a_token(500), False), (a_token(-1), False), (None, False)],
    ids=["valid", "soon over", "over", "missing"],
)
def test_missing_tokens_and_those_that_soon_expire_are_replaced(
    approver: str | None, fresh: bool
) -> None:
    tokens = dict.fromkeys(TOKEN_OF, a_token(3000)) | {"approver": approver}
    assert are_fresh({who: token for who, token in tokens.items() if token}) is fresh
