"""The example inventory: requests that its contract does not have, and its seed data. The rules of
reservations are in `tests/adapters/http/test_reservations_contract.py`.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from local.services.inventory import Inventory
from local.services.json_server import Request

MUG = {"sku": "MUG-RED", "available": 5, "unit_price_minor": 950, "currency": "EUR"}
HELD = {"version": 1, "state": "held", "lines": {"MUG-RED": 2}}


@pytest.fixture
def inventory(tmp_path: Path) -> Inventory:
    """An inventory with five mugs."""
    made = Inventory(tmp_path / "inventory.sqlite")
    made.load([MUG])
    return made


def request(inventory: Inventory, method: str, target: str, body: object = None) -> Any:
    return inventory.answer(Request(method, target, {}, json.dumps(body).encode()))


@pytest.mark.parametrize(
    "change",
    [
        {"version": 0},
        {"version": "1"},
        {"state": "lent"},
        {"lines": {"MUG-RED": -1}},
        {"lines": {"MUG-RED": 1.5}},
        {"lines": ["MUG-RED"]},
        {"state": "released"},
    ],
    ids=str,
)
def test_a_request_that_is_not_valid_changes_nothing(
    inventory: Inventory, change: dict[str, object]
) -> None:
    answer = request(inventory, "PUT", "/reservations/O1", {**HELD, **change})

    assert answer == (400, {"code": "invalid"})
    assert request(inventory, "GET", "/reservations/O1")[0] == 404


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b"no json"])
def test_a_body_that_is_no_reservation_is_not_valid(inventory: Inventory, body: bytes) -> None:
    assert inventory.answer(Request("PUT", "/reservations/O1", {}, body))[0] == 400


def test_another_path_is_not_found(inventory: Inventory) -> None:
    assert request(inventory, "POST", "/products")[0] == 404


def test_the_stock_outlives_the_process(inventory: Inventory, tmp_path: Path) -> None:
    request(inventory, "PUT", "/reservations/O1", HELD)

    again = Inventory(tmp_path / "inventory.sqlite")

    assert request(again, "GET", "/reservations/O1") == (200, HELD)
    assert again.levels() == [{"sku": "MUG-RED", "available": 3, "held": 2, "sold": 0}]


def test_new_seed_data_replaces_products_and_reservations(inventory: Inventory) -> None:
    request(inventory, "PUT", "/reservations/O1", HELD)

    inventory.load([MUG])

    assert request(inventory, "GET", "/reservations/O1")[0] == 404
    assert request(inventory, "GET", "/levels") == (200, {"levels": inventory.levels()})
    assert inventory.levels() == [{"sku": "MUG-RED", "available": 5, "held": 0, "sold": 0}]
