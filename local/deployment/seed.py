"""Catalogue and customers: loaded by `up`, loaded anew by `reset`."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from local.deployment.catalogue import customer_records, inventory_records
from local.deployment.clients import client
from local.deployment.tables import empty, fill, make_like

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

ORDER_DATA = ("OrdersTable", "PaymentsTable")
STOCK_DATA = ("InventoryTable", "CustomersTable")


def make_tables(emulator_url: str, url: str, outputs: Mapping[str, str]) -> bool:
    """Make the deployed tables in another DynamoDB; False if they, and their data, are there."""
    source: DynamoDBClient = client("dynamodb", emulator_url)
    target: DynamoDBClient = client("dynamodb", url)
    made = [make_like(source, target, outputs[name]) for name in (*ORDER_DATA, *STOCK_DATA)]
    return any(made)


def seed(url: str, outputs: Mapping[str, str]) -> None:
    """Load the seed data over whatever is there."""
    dynamodb: DynamoDBClient = client("dynamodb", url)
    for output, records in zip(STOCK_DATA, (inventory_records(), customer_records()), strict=True):
        empty(dynamodb, outputs[output])
        fill(dynamodb, outputs[output], records)


def forget_orders(url: str, outputs: Mapping[str, str]) -> None:
    """Delete every order and every payment."""
    dynamodb: DynamoDBClient = client("dynamodb", url)
    for output in ORDER_DATA:
        empty(dynamodb, outputs[output])
