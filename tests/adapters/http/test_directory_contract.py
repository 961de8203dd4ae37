"""Reading inventory and customers: in memory, on DynamoDB and at another service."""

from collections.abc import Callable
from typing import Any

import pytest

from lambdas.adapters.dynamodb.attribute_values import to_item
from lambdas.adapters.http.customers import HttpCustomers
from lambdas.adapters.http.inventory import HttpCatalogue
from lambdas.adapters.stock.dynamodb_catalogue import DynamoDBCatalogue, DynamoDBCustomers
from lambdas.domain.catalogue import CataloguePage, Customer, ListedProduct, StockLevel
from lambdas.domain.ports import Catalogue, CustomerDirectory
from lambdas.domain.record.money import Price
from tests.adapters.http.services import connect
from tests.support import tables
from tests.support.fakes.fake_directories import FakeCustomers, FakeInventory

ALICE = Customer(
    customer_id="alice/1", tier="gold", email="a@example.com", name="Alice", language="de-AT"
)
NAMES = {"A": "Apple", "B": "Banana"}
A = StockLevel(sku="A", available=3, price=Price(99, "EUR"), related=("B",))
B = StockLevel(sku="B", available=0, price=Price(1000, "USD"))
EVERYWHERE = ["in-memory", "dynamodb", "http"]


PRODUCTS: dict[str, dict[str, Any]] = {
    level.sku: {
        "available": level.available,
        "unit_price_minor": level.price.unit_price_minor,
        "currency": level.price.currency,
        "related": level.related,
        "name": NAMES[level.sku],
    }
    for level in (A, B)
}


def on_dynamodb(client: Any) -> Catalogue:
    """A catalogue with A and B."""
    for sku, product in PRODUCTS.items():
        tables.put_stock(client, sku, **product)
    return DynamoDBCatalogue(client, inventory_table=tables.INVENTORY)


@pytest.fixture(params=EVERYWHERE)
def catalogue(request: pytest.FixtureRequest) -> Catalogue:
    """A catalogue with A and B."""
    if request.param == "in-memory":
        inventory = FakeInventory()
        for sku, product in PRODUCTS.items():
            inventory.put(sku, **product)
        return inventory
    if request.param == "dynamodb":
        return on_dynamodb(request.getfixturevalue("dynamodb"))
    service = request.getfixturevalue("service")
    for sku, product in PRODUCTS.items():
        service.stock(sku, **product)
    return HttpCatalogue(connect(service))


def listed(level: StockLevel) -> ListedProduct:
    sold_out, name = level.available == 0, NAMES[level.sku]
    return ListedProduct(sku=level.sku, name=name, price=level.price, sold_out=sold_out)


@pytest.fixture(params=EVERYWHERE)
def directory(request: pytest.FixtureRequest) -> Callable[..., CustomerDirectory]:
    """Makes a directory with one customer, of whom the given fields are known."""

    def make(**fields: Any) -> CustomerDirectory:
        if request.param == "in-memory":
            return FakeCustomers([Customer(**{"email": "", "name": "", **fields})])
        if request.param == "dynamodb":
            client = request.getfixturevalue("dynamodb")
            client.put_item(TableName=tables.CUSTOMERS, Item=to_item(fields))
            return DynamoDBCustomers(client, customers_table=tables.CUSTOMERS)
        service = request.getfixturevalue("service")
        service.customers.put_customer(fields)
        return HttpCustomers(connect(service))

    return make


def test_levels_are_returned_for_the_skus_that_exist(catalogue: Catalogue) -> None:
    assert catalogue.stock(["A", "B", "A", "NONE"]) == {"A": A, "B": B}


def test_no_levels_are_returned_for_no_sku(catalogue: Catalogue) -> None:
    assert catalogue.stock([]) == {}


def test_the_catalogue_is_listed_by_sku_in_pages(catalogue: Catalogue) -> None:
    assert catalogue.page(limit=9, cursor=None) == CataloguePage((listed(A), listed(B)), None)
    assert catalogue.page(limit=2, cursor=None) == CataloguePage((listed(A), listed(B)), None)
    assert catalogue.page(limit=1, cursor=None) == CataloguePage((listed(A),), "A")
    assert catalogue.page(limit=1, cursor="A") == CataloguePage((listed(B),), None)
    assert catalogue.page(limit=1, cursor="B") == CataloguePage((), None)


def test_a_customer_is_read_with_the_fields_of_the_e_mails(
    directory: Callable[..., CustomerDirectory],
) -> None:
    fields = ("customer_id", "tier", "email", "name", "language")
    customers = directory(**{name: getattr(ALICE, name) for name in fields})

    assert customers.find("alice/1") == ALICE
    assert customers.find("bob") is None


def test_only_the_tier_of_a_customer_must_be_known(
    directory: Callable[..., CustomerDirectory],
) -> None:
    customers = directory(customer_id="bob", tier="new")

    assert customers.find("bob") == Customer(customer_id="bob", tier="new", email="", name="")
