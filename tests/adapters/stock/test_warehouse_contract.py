"""Products and corrections of their stock: the fake and the adapter do the same."""

from dataclasses import replace
from typing import Any

import pytest

from lambdas.adapters.stock.dynamodb_catalogue import DynamoDBCatalogue
from lambdas.adapters.stock.dynamodb_warehouse import DynamoDBWarehouse
from lambdas.domain.errors import (
    IdempotencyMismatch,
    OrderError,
    ProductNotFound,
    StockTooLow,
    StoreConflict,
    StoreUnavailable,
)
from lambdas.domain.record.money import Price
from lambdas.domain.warehouse import MAX_CORRECTIONS, Correction, Details, Product, Warehouse
from tests.support import tables
from tests.support.fakes.fake_directories import FakeInventory
from tests.support.fakes.fake_warehouse import FakeWarehouse
from tests.support.faults import answer, cancelled
from tests.support.raising import raises

MUG = Details(name="Mug, red", price=Price(950, "EUR"), related=("MUG-BLUE",))


@pytest.fixture(params=["in-memory", "dynamodb"])
def warehouse(request: pytest.FixtureRequest) -> Warehouse:
    if request.param == "in-memory":
        return FakeWarehouse(FakeInventory())
    return on_dynamodb(request.getfixturevalue("dynamodb"))


def on_dynamodb(dynamodb: Any) -> DynamoDBWarehouse:
    return DynamoDBWarehouse(dynamodb, orders_table=tables.ORDERS, inventory_table=tables.INVENTORY)


def correction(change: int, key: str = "k1", **fields: Any) -> Correction:
    made = {
        "key": key,
        "sku": "MUG-RED",
        "reason": "counted again",
        "actor": "sub-otto",
        "actor_name": "otto",
        "at": 1000,
    }
    return Correction(**{**made, "change": change, **fields})


def counters(product: Product) -> tuple[int, int, int]:
    return product.available, product.held, product.sold


def test_a_new_product_has_its_details_and_no_units(warehouse: Warehouse) -> None:
    assert warehouse.save("MUG-RED", MUG) is True

    found = warehouse.find("MUG-RED")

    assert (found.details, counters(found), found.corrections) == (MUG, (0, 0, 0), ())


def test_new_details_do_not_change_the_stock(warehouse: Warehouse) -> None:
    warehouse.save("MUG-RED", MUG)
    warehouse.correct(correction(5))
    dearer = Details(name="Mug, dark red", price=Price(1050, "USD"), listed=False)

    assert warehouse.save("MUG-RED", dearer) is False

    found = warehouse.find("MUG-RED")
    assert (found.details, counters(found)) == (dearer, (5, 0, 0))


def test_a_correction_changes_the_available_units_and_is_recorded(warehouse: Warehouse) -> None:
    warehouse.save("MUG-RED", MUG)
    added, removed = correction(5), correction(-2, "k2", reason="broken", at=2000)

    assert warehouse.correct(added)
    assert warehouse.correct(removed)

    found = warehouse.find("MUG-RED")
    assert counters(found) == (3, 0, 0)
    assert found.corrections == (removed, added)


def test_a_repeated_key_corrects_once(warehouse: Warehouse) -> None:
    warehouse.save("MUG-RED", MUG)
    warehouse.correct(correction(5))

    assert warehouse.correct(correction(5, at=9000, actor="sub-olga")) is False

    found = warehouse.find("MUG-RED")
    assert (counters(found), found.corrections) == ((5, 0, 0), (correction(5),))


@pytest.mark.parametrize("other", [{"change": 6}, {"change": 5, "reason": "another one"}])
def test_a_key_means_one_correction(warehouse: Warehouse, other: dict[str, Any]) -> None:
    warehouse.save("MUG-RED", MUG)
    warehouse.correct(correction(5))

    used = "the key was used for another correction of this product"
    with raises(IdempotencyMismatch, used):
        warehouse.correct(correction(**other))

    assert counters(warehouse.find("MUG-RED")) == (5, 0, 0)


def test_units_that_are_not_available_cannot_be_removed(warehouse: Warehouse) -> None:
    warehouse.save("MUG-RED", MUG)
    warehouse.correct(correction(5))

    with raises(StockTooLow, "5 of MUG-RED are available; the correction removes 6"):
        warehouse.correct(correction(-6, "k2"))

    found = warehouse.find("MUG-RED")
    assert (counters(found), len(found.corrections)) == ((5, 0, 0), 1)


def test_the_stock_of_an_unknown_product_cannot_be_corrected(warehouse: Warehouse) -> None:
    with pytest.raises(ProductNotFound):
        warehouse.correct(correction(5))
    with raises(ProductNotFound, "there is no product MUG-RED"):
        warehouse.find("MUG-RED")


def test_the_newest_corrections_are_read(warehouse: Warehouse) -> None:
    warehouse.save("MUG-RED", MUG)
    for number in range(MAX_CORRECTIONS + 2):
        warehouse.correct(correction(1, f"k{number}", at=1000 + number))

    found = warehouse.find("MUG-RED").corrections

    assert [one.at for one in found] == [1101 - number for number in range(MAX_CORRECTIONS)]


def test_a_product_that_was_written_before_is_listed_when_it_is_saved(dynamodb: Any) -> None:
    tables.put_stock(dynamodb, "MUG-RED", available=4, listed=None)
    warehouse = on_dynamodb(dynamodb)
    catalogue = DynamoDBCatalogue(dynamodb, inventory_table=tables.INVENTORY)
    assert warehouse.find("MUG-RED").details.listed is False
    assert catalogue.page(limit=9, cursor=None).products == ()

    warehouse.save("MUG-RED", MUG)

    [product] = catalogue.page(limit=9, cursor=None).products
    assert (product.sku, product.name, product.sold_out) == ("MUG-RED", "Mug, red", False)


def test_a_product_leaves_the_catalogue_with_its_units(dynamodb: Any) -> None:
    warehouse = on_dynamodb(dynamodb)
    tables.put_stock(dynamodb, "MUG-RED", available=4)

    warehouse.save("MUG-RED", replace(MUG, listed=False))

    assert counters(warehouse.find("MUG-RED")) == (4, 0, 0)
    catalogue = DynamoDBCatalogue(dynamodb, inventory_table=tables.INVENTORY)
    assert catalogue.page(limit=9, cursor=None).products == ()


def test_a_correction_leaves_held_and_sold_units(dynamodb: Any) -> None:
    tables.put_stock(dynamodb, "MUG-RED", available=4, held=3, sold=2)
    warehouse = on_dynamodb(dynamodb)

    warehouse.correct(correction(-4))

    found = warehouse.find("MUG-RED")
    assert (counters(found), found.details.name) == ((0, 3, 2), "")
    (record,) = tables.records(dynamodb, tables.INVENTORY)
    assert record["corrected"] == -4


@pytest.mark.parametrize(
    ("code", "error", "message"),
    [
        ("TransactionConflict", StoreConflict, "the record changed at the same time"),
        ("ThrottlingError", StoreUnavailable, "transaction cancelled: ['None', 'ThrottlingError']"),
    ],
)
def test_a_busy_product_is_a_transient_error(
    dynamodb: Any, code: str, error: type[OrderError], message: str
) -> None:
    answer(
        dynamodb,
        "TransactWriteItems",
        "TransactionCanceledException",
        **cancelled(code, "None", "None"),
    )

    with raises(error, message):
        on_dynamodb(dynamodb).correct(correction(1))


def test_an_unexpected_refusal_of_dynamodb_is_raised(dynamodb: Any) -> None:
    answer(dynamodb, "TransactWriteItems", "ValidationException")

    with pytest.raises(Exception, match="ValidationException"):
        on_dynamodb(dynamodb).correct(correction(1))
