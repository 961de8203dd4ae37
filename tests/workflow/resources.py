"""The deployed resources and the seed data, on moto."""

import json
from collections.abc import Mapping
from typing import Any

import boto3

from lambdas.adapters.dynamodb.attribute_values import from_item, to_item
from lambdas.adapters.stock.dynamodb_catalogue import LISTED
from statemachine.substitute import substitute
from tests.support import tables

REGION = "eu-central-1"
ACCOUNT = "123456789012"
SENDER = "orders@example.com"
APPROVER = "approvers@example.com"
CONSOLE = "https://orders.example.com/console"
FUNCTIONS = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/order-workflow"

UNITS = {"MUG-RED": 100, "COFFEE-1KG": 50, "RARE-1": 1, "SOLD-OUT": 0}
PRICES = {"MUG-RED": 900, "COFFEE-1KG": 1250, "RARE-1": 50_000, "SOLD-OUT": 700}
RELATED = {"MUG-RED": ["COFFEE-1KG", "SOLD-OUT"]}
LONG_ID = "3d2f4b8e-5c61-4f0a-9d1e-7a2b8c9d0e1f"
"""A customer ID that is a subject, as in a user pool with sign-in by e-mail."""
CUSTOMERS = {
    LONG_ID: {"tier": "gold", "email": "e.dorrit@example.org", "name": "Dorrit"},
    "alice": {"tier": "gold", "email": "a.pleasance@example.org", "name": "Pleasance Liddell"},
    "bob": {"tier": "standard", "email": "b.cratchit@example.org", "name": "Cratchit"},
}
PERSONAL = tuple(c[field] for c in CUSTOMERS.values() for field in ("email", "name"))


def deploy() -> dict[str, str]:
    """Create tables, queue, sender and state machine. Returns the environment of the functions."""
    tables.create_tables(boto3.client("dynamodb"))
    boto3.client("sesv2").create_email_identity(EmailIdentity=SENDER)
    queue = boto3.client("sqs").create_queue(QueueName="operations")
    machine = boto3.client("stepfunctions").create_state_machine(
        name="OrderWorkflow", definition=substitute(FUNCTIONS), roleArn=ROLE
    )
    return {
        **{f"{table.upper()}_TABLE": table for table in tables.EVERY},
        "PAYMENT_PROVIDER": "sandbox",
        "OPERATIONS_QUEUE_URL": queue["QueueUrl"],
        "STATE_MACHINE_ALIAS_ARN": f"{machine['stateMachineArn']}:live",
        "SENDER_EMAIL": SENDER,
        "EMAIL_CONFIGURATION_SET": "orders",
        "APPROVAL_TIMEOUT_SECONDS": "900",
        "HEARTBEAT_SECONDS": "900",
        "PAYMENT_TIMEOUT_SECONDS": "5",
    }


def seed() -> None:
    """Fill the inventory and the customers."""
    for sku, units in UNITS.items():
        counts = {"available": units, "held": 0, "sold": 0}
        price = {"unit_price_minor": PRICES[sku], "currency": "EUR"}
        related = RELATED.get(sku, [])
        put("inventory", {"sku": sku, **counts, **price, **LISTED, "related": related})
    for customer_id, customer in CUSTOMERS.items():
        put("customers", {"customer_id": customer_id, **customer})


def put(table: str, record: Mapping[str, Any]) -> None:
    boto3.client("dynamodb").put_item(TableName=table, Item=to_item(record))


def scan(table: str) -> list[dict[str, Any]]:
    """Every record of a (small) table."""
    return [from_item(item) for item in boto3.client("dynamodb").scan(TableName=table)["Items"]]


def messages(queue_url: str) -> list[dict[str, Any]]:
    """Receive and delete the messages of the operations queue."""
    sqs = boto3.client("sqs")
    answer = sqs.receive_message(QueueUrl=queue_url, MaxNumberOfMessages=10)
    return [json.loads(message["Body"]) for message in answer.get("Messages", ())]
