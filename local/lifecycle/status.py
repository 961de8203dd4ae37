"""`status`: the running environment and its content."""

from collections import Counter
from typing import TYPE_CHECKING, Any

from local.data.tables import scan
from local.host.aws_clients import client
from local.host.folders import Folders
from local.host.state import State
from local.lifecycle.reset import running_executions
from local.lifecycle.running import find_running

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


def status(folders: Folders) -> dict[str, Any]:
    """`running`, and for a running environment its addresses and content, without secrets."""
    state = find_running(folders)
    if state is None:
        return {"running": False, "remains": folders.state_file.exists()}
    connection = state.connection(folders.state_file)
    del connection["tokens"]
    return {"running": True, "emulator_pid": state.emulator_pid, **connection, **_content(state)}


def _content(state: State) -> dict[str, Any]:
    dynamodb: DynamoDBClient = client("dynamodb", state.tables_url)
    records = scan(dynamodb, state.outputs["OrdersTable"])
    stages = Counter(record["stage"] for record in records if record["sk"] == "META")
    return {
        "orders_by_stage": dict(sorted(stages.items())),
        "running_executions": len(running_executions(state)),
    }
