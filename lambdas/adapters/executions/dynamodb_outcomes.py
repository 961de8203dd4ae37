"""OutcomeStore on the orders table: one item for each classified execution, next to its order."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from typing import TYPE_CHECKING, Any, ClassVar

from botocore.exceptions import ClientError

from lambdas.adapters.aws_clients import error_code
from lambdas.adapters.dynamodb.attribute_values import from_item, to_item
from lambdas.adapters.dynamodb.batches import read_batch
from lambdas.adapters.dynamodb.errors import store_errors
from lambdas.adapters.orders.order_records import order_key
from lambdas.domain.executions import ExecutionOutcome

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_FIELDS = tuple(field.name for field in fields(ExecutionOutcome))


class DynamoDBOutcomes:
    """Writes each outcome once: the history of an ended execution never changes. (An execution that
    an operator redrives keeps the outcome of its first end.)
    """

    def __init__(self, client: "DynamoDBClient", *, orders_table: str) -> None:
        self._client = client
        self._table = orders_table

    def find(self, executions: Sequence[tuple[str, int]]) -> Mapping[str, ExecutionOutcome]:
        keys = [_key(order_id, epoch) for order_id, epoch in executions]
        found = map(_outcome, read_batch(self._client, self._table, keys))
        return {outcome.order_id: outcome for outcome in found}

    def add(self, outcome: ExecutionOutcome) -> None:
        record = {**_key(outcome.order_id, outcome.epoch), **asdict(outcome)}
        with store_errors(outcome.order_id):
            try:
                self._client.put_item(
                    TableName=self._table,
                    Item=to_item(record),
                    ConditionExpression="attribute_not_exists(pk)",
                )
            except ClientError as error:
                if error_code(error) != "ConditionalCheckFailedException":
                    raise


def _key(order_id: str, epoch: int) -> dict[str, str]:
    return order_key(order_id, f"EXECUTION#{epoch:06d}")


def _outcome(record: Mapping[str, Any]) -> ExecutionOutcome:
    known: dict[str, Any] = {name: record.get(name) for name in _FIELDS}
    return ExecutionOutcome(**known)


class DynamoDBSweepPosition:
    """The position of the sweep for missing exports, in an item of the orders table."""

    _KEY: ClassVar = {"pk": "SWEEP#HISTORIES", "sk": "POSITION"}

    def __init__(self, client: "DynamoDBClient", *, orders_table: str) -> None:
        self._client = client
        self._table = orders_table

    def read(self) -> str | None:
        with store_errors():
            found = self._client.get_item(TableName=self._table, Key=to_item(self._KEY))
        position: str | None = from_item(found.get("Item", {})).get("cursor")
        return position

    def save(self, cursor: str | None) -> None:
        with store_errors():
            self._client.put_item(
                TableName=self._table, Item=to_item({**self._KEY, "cursor": cursor})
            )
