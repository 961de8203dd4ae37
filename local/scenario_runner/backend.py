"""Actions that users cannot do: inject faults, stop executions, read tables and histories."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import httpx
from botocore.exceptions import ClientError

from local.checks.records import Snapshot
from local.data.mailbox import mails
from local.data.tables import from_item, scan, to_item
from local.host.aws_clients import client
from local.host.state import State
from local.host.waiting import STALL_SECONDS
from local.scenario_runner.providers.localstripe import Localstripe
from local.scenario_runner.providers.provider import Provider
from local.scenario_runner.providers.sandbox import Sandbox
from local.services.examples import example_url, read_levels

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_stepfunctions import SFNClient


class Backend:
    """The emulator and the payment provider behind one deployment."""

    def __init__(self, state: State) -> None:
        self._url = state.emulator_url
        self._outputs = state.outputs
        self._inventory_url = example_url(state, "inventory")
        self.provider: Provider = Localstripe(state) if state.stripe_url else Sandbox(state)
        self._dynamodb: DynamoDBClient = client("dynamodb", state.tables_url)
        self._engine: SFNClient = client("stepfunctions", self._url)

    def inject_fault(self, fault: Mapping[str, Any]) -> None:
        """Inject a fault into the emulator."""
        url = f"{self._url}/_local/faults"
        httpx.post(url, json=fault, timeout=STALL_SECONDS, trust_env=False).raise_for_status()

    def pending_faults(self) -> int:
        """The number of injected faults that have not occurred yet."""
        return len(self._get("/_local/faults")["faults"])

    def clear_faults(self) -> None:
        """Remove all injected faults."""
        url = f"{self._url}/_local/faults"
        httpx.delete(url, timeout=STALL_SECONDS, trust_env=False).raise_for_status()

    def stop_execution(self, order_id: str, epoch: int) -> None:
        """Call StopExecution, like an operator in the AWS console."""
        self._engine.stop_execution(executionArn=self._execution(order_id, epoch))

    def lose_token(self, order_id: str) -> None:
        """Delete the task token of the order's wait, as if it was never stored."""
        self._dynamodb.delete_item(
            TableName=self._outputs["OrdersTable"],
            Key=to_item({"pk": f"ORDER#{order_id}", "sk": "WAIT"}),
        )

    def execution(self, order_id: str, epoch: int) -> tuple[str, Sequence[Mapping[str, Any]]]:
        """Status and history of an execution of the order; MISSING if it does not exist."""
        arn = self._execution(order_id, epoch)
        try:
            status = self._engine.describe_execution(executionArn=arn)["status"]
            pages = self._engine.get_paginator("get_execution_history").paginate(executionArn=arn)
            return status, [event for page in pages for event in page["events"]]
        except ClientError as error:
            if error.response["Error"]["Code"] != "ExecutionDoesNotExist":
                raise
            return "MISSING", []

    def progress(self, order_id: str) -> str:
        """The state of the order and its last execution; every step of either changes it."""
        order = self.order_snapshot(order_id).orders[0]
        status, events = self.execution(order_id, order["epoch"])
        return (
            f"is {order['stage']} with {order['event_count']} events, {order['applied']} signals "
            f"applied; execution {order['epoch']} is {status} with {len(events)} events"
        )

    def payment_reference(self, order_id: str) -> str:
        """The provider's ID of the order's payment, by its ledger."""
        reference: str = self.order_snapshot(order_id).orders[0]["ledger"]["pay"]["reference"]
        return reference

    def mails(self, order_id: str) -> list[str]:
        """Subjects of the e-mails about an order, oldest first."""
        subjects = (mail["subject"] for mail in mails(self._url))
        return [subject for subject in subjects if order_id in subject]

    def order_snapshot(self, order_id: str) -> Snapshot:
        """The records of one order, its payment, and the inventory."""
        answer = self._dynamodb.query(
            TableName=self._outputs["OrdersTable"],
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues=to_item({":pk": f"ORDER#{order_id}"}),
            ConsistentRead=True,
        )
        return self._snapshot([from_item(item) for item in answer["Items"]])

    def snapshot(self) -> Snapshot:
        """All records of the tables."""
        return self._snapshot(scan(self._dynamodb, self._outputs["OrdersTable"]))

    def _snapshot(self, records: Sequence[Mapping[str, Any]]) -> Snapshot:
        return Snapshot(
            orders=[record for record in records if record["sk"] == "META"],
            events=[record for record in records if record["sk"].startswith("EVENT#")],
            shards=[record for record in records if record["sk"] == "SHARD"],
            payments=self.provider.records(),
            inventory=self._inventory(),
        )

    def _inventory(self) -> Sequence[Mapping[str, Any]]:
        if self._inventory_url:
            return read_levels(self._inventory_url)
        return scan(self._dynamodb, self._outputs["InventoryTable"])

    def _execution(self, order_id: str, epoch: int) -> str:
        machine = self._outputs["StateMachineArn"].replace(":stateMachine:", ":execution:")
        return f"{machine}:{order_id}-{epoch}"

    def _get(self, path: str) -> dict[str, Any]:
        answer = httpx.get(f"{self._url}{path}", timeout=STALL_SECONDS, trust_env=False)
        found: dict[str, Any] = answer.raise_for_status().json()
        return found
