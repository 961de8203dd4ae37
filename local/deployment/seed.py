"""Catalogue and customers: loaded by `up`, loaded anew by `reset`."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from local.deployment.catalogue import customer_records, inventory_records
from local.deployment.clients import client
from local.deployment.tables import empty, fill

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

ORDER_DATA = ("OrdersTable", "PaymentsTable")


def seed(url: str, outputs: Mapping[str, str]) -> None:
    """Load the seed data over whatever is there."""
    dynamodb: DynamoDBClient = client("dynamodb", url)
    for output, records in (
        ("InventoryTable", inventory_records()),
        ("CustomersTable", customer_records()),
    ):
        empty(dynamodb, outputs[output])
        fill(dynamodb, outputs[output], records)


def forget_orders(url: str, outputs: Mapping[str, str]) -> None:
    """Delete every order and every payment."""
    dynamodb: DynamoDBClient = client("dynamodb", url)
    for output in ORDER_DATA:
        empty(dynamodb, outputs[output])
