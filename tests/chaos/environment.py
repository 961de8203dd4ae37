"""A deployed environment whose parts can be killed: workers, emulator, tables."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from local.checks.records import Snapshot
from local.data.tables import from_item, to_item
from local.host.aws_clients import client
from local.host.processes import wait_until_gone
from local.host.state import State
from local.scenario_runner.backend import Backend
from tests.chaos.durable_tables import DurableTables
from tests.dynamodb_local.server import free_port
from tests.system.environments import Environment, environment

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_lambda import LambdaClient

TIMES = ("--approval-timeout", "40", "--heartbeat", "10")
GONE_SECONDS = 600


class Deployment:
    """The deployment and its tables. `open` is set while the API is available."""

    def __init__(self, made: Environment, tables: DurableTables) -> None:
        self.environment, self.tables = made, tables
        self.open = threading.Event()
        # The addresses are part of the template: with the same port it is not synthesised again.
        self._port = str(free_port())
        self._state: State | None = None

    @property
    def state(self) -> State:
        """The current deployment; each has new tokens."""
        assert self._state is not None, "nothing is deployed"
        return self._state

    @property
    def backend(self) -> Backend:
        """The tables and the faults of the current deployment."""
        return Backend(self.state)

    def bring_up(self) -> None:
        """Start an emulator and deploy into it; the tables keep their data."""
        places = ("--port", self._port, "--dynamodb", self.tables.url)
        up = self.environment.run("up", *TIMES, *places, "--detach")
        assert up.returncode == 0, up.stderr
        self._state = self.environment.state
        self.open.set()

    def kill_emulator(self) -> None:
        """Kill the emulator and its workers. The API is unavailable until `bring_up`."""
        self.open.clear()
        left = wait_until_gone(self.environment.kill_emulator(), GONE_SECONDS)
        assert not left, f"these processes survived the emulator: {left}"

    def books(self) -> Snapshot:
        """Every record of the tables."""
        return self.backend.snapshot()

    def reconcile_now(self) -> None:
        """Let the janitor reconcile every open order now instead of at its date."""
        for order in self.books().orders:
            if "open_shard" in order:
                self._date_back(str(order["order_id"]))
        functions: LambdaClient = client("lambda", self.state.emulator_url)
        functions.invoke(
            FunctionName=self.state.outputs["JanitorFunction"], Payload=json.dumps({})
        )["Payload"].read()

    def _date_back(self, order_id: str) -> None:
        dynamodb: DynamoDBClient = client("dynamodb", self.tables.url)
        try:
            dynamodb.update_item(
                TableName=self.state.outputs["OrdersTable"],
                Key=to_item({"pk": f"ORDER#{order_id}", "sk": "META"}),
                UpdateExpression="SET next_check_at = :past",
                ConditionExpression="attribute_exists(open_shard)",
                ExpressionAttributeValues=to_item({":past": 0}),
            )
        except dynamodb.exceptions.ConditionalCheckFailedException:
            return  # the order has ended

    def remove_record(self, order_id: str) -> None:
        """Delete an order's record, to check that the result reports the loss."""
        dynamodb: DynamoDBClient = client("dynamodb", self.tables.url)
        key = to_item({"pk": f"ORDER#{order_id}", "sk": "META"})
        gone = dynamodb.delete_item(
            TableName=self.state.outputs["OrdersTable"], Key=key, ReturnValues="ALL_OLD"
        )
        assert from_item(gone["Attributes"])["order_id"] == order_id


@contextmanager
def durable_deployment(folder: Path) -> Iterator[Deployment]:
    """A deployment on durable tables in a folder. All its processes are stopped at the end."""
    made = environment(folder / "home")
    with DurableTables(folder / "tables") as tables:
        whole = Deployment(made, tables)
        try:
            whole.bring_up()
            yield whole
        finally:
            down = made.run("down")
    assert down.returncode == 0, down.stderr
