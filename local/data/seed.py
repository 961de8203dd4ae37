"""Loads the seed data (catalogue and customers) for `up` and `reset`."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from local.data.catalogue import Records, customer_records, inventory_records
from local.data.tables import create_copy, empty, fill, scan
from local.host.aws_clients import client

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

ORDER_DATA = ("OrdersTable", "PaymentsTable")
STOCK_DATA = ("InventoryTable", "CustomersTable")


def create_tables(emulator_url: str, url: str, outputs: Mapping[str, str]) -> None:
    """Create the deployed tables in another DynamoDB, if they do not exist."""
    source: DynamoDBClient = client("dynamodb", emulator_url)
    target: DynamoDBClient = client("dynamodb", url)
    for name in (*ORDER_DATA, *STOCK_DATA):
        create_copy(source, target, outputs[name])


def seed(url: str, outputs: Mapping[str, str]) -> None:
    """Replace the catalogue and customers with the seed data."""
    dynamodb: DynamoDBClient = client("dynamodb", url)
    for output, records in _stock_data():
        empty(dynamodb, outputs[output])
        fill(dynamodb, outputs[output], records)


def seed_empty(url: str, outputs: Mapping[str, str]) -> None:
    """Load the seed data into empty tables only, to keep stock that orders have reserved."""
    dynamodb: DynamoDBClient = client("dynamodb", url)
    for output, records in _stock_data():
        if not scan(dynamodb, outputs[output]):
            fill(dynamodb, outputs[output], records)


def _stock_data() -> Iterator[tuple[str, Records]]:
    return zip(STOCK_DATA, (inventory_records(), customer_records()), strict=True)


def delete_orders(url: str, outputs: Mapping[str, str]) -> None:
    """Delete every order and every payment."""
    dynamodb: DynamoDBClient = client("dynamodb", url)
    for output in ORDER_DATA:
        empty(dynamodb, outputs[output])
