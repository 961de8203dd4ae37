"""Counts the AWS requests of the adapters and their billed units."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import boto3

from bench.cost.units import Index, Item, read_units, write_units

_WRITES = frozenset({"PutItem", "UpdateItem", "DeleteItem", "TransactWriteItems"})


@dataclass(slots=True)
class Usage:
    """Billable units. `writes` is by table or index, `calls` by operation."""

    writes: Counter[str] = field(default_factory=Counter)
    read_units: float = 0.0
    calls: Counter[str] = field(default_factory=Counter)

    @property
    def write_units(self) -> int:
        return self.writes.total()


class Recorder:
    """Listens to the clients of one botocore session. `on_call` runs before every call."""

    def __init__(self, on_call: Callable[[], object] = lambda: None) -> None:
        self.usage = Usage()
        self._on_call = on_call
        self._images: list[tuple[str, dict[str, Any], Item | None]] = []

    def attach(self, session: Any) -> None:
        """Listen to all clients that the session makes from now on."""
        session.register("before-call", self._count)
        session.register("provide-client-params.dynamodb.*", self._record_request)
        session.register("after-call.dynamodb.*", self._record_response)

    def _count(self, model: Any, **_: Any) -> None:
        self._on_call()
        self.usage.calls[f"{model.service_model.service_id.hyphenize()}.{model.name}"] += 1

    def _record_request(self, params: Mapping[str, Any], model: Any, **_: Any) -> None:
        self._request = params
        if model.name in _WRITES:
            self._images = [
                (table, key, self._item(table, key))
                for table, key in self._written_keys(model.name, params)
            ]

    def _record_response(self, parsed: Mapping[str, Any], model: Any, **_: Any) -> None:
        if model.name in _WRITES:
            self._add_writes(transaction=model.name == "TransactWriteItems")
        elif "Error" not in parsed:
            self.usage.read_units += _reads(model.name, self._request, parsed)

    def _add_writes(self, *, transaction: bool) -> None:
        """Add the units of a write. DynamoDB also bills a write that it refuses."""
        for table, key, before in self._images:
            after = self._item(table, key)
            units = write_units(before, after, self._indexes[table], transaction=transaction)
            self.usage.writes += Counter(
                {
                    f"{table} {place}" if place != "table" else _kind(table, key): n
                    for place, n in units.items()
                }
            )

    def _written_keys(
        self, operation: str, params: Mapping[str, Any]
    ) -> Iterator[tuple[str, dict[str, Any]]]:
        parts = (
            [part for entry in params["TransactItems"] for part in entry.values()]
            if operation == "TransactWriteItems"
            else [params]
        )
        for part in parts:
            table = part["TableName"]
            yield table, part.get("Key") or {n: part["Item"][n] for n in self._keys[table]}

    def _item(self, table: str, key: dict[str, Any]) -> Item | None:
        answer = boto3.client("dynamodb").get_item(TableName=table, Key=key)
        return answer.get("Item")

    @cached_property
    def _tables(self) -> dict[str, Any]:
        client = boto3.client("dynamodb")
        names = client.list_tables()["TableNames"]
        return {name: client.describe_table(TableName=name)["Table"] for name in names}

    @cached_property
    def _keys(self) -> dict[str, list[str]]:
        return {
            name: [part["AttributeName"] for part in table["KeySchema"]]
            for name, table in self._tables.items()
        }

    @cached_property
    def _indexes(self) -> dict[str, dict[str, Index]]:
        return {
            name: {
                index["IndexName"]: Index(index, set(self._keys[name]))
                for index in table.get("GlobalSecondaryIndexes", ())
            }
            for name, table in self._tables.items()
        }


def _kind(table: str, key: Mapping[str, Any]) -> str:
    """The table, and the kind of an item of the orders table ("META", "EVENT", …)."""
    if "sk" not in key:
        return table
    return f"{table} {key['sk']['S'].partition('#')[0]}"


def _reads(operation: str, request: Mapping[str, Any], parsed: Mapping[str, Any]) -> float:
    consistent = bool(request.get("ConsistentRead"))
    match operation:
        case "GetItem":
            return read_units([parsed.get("Item", {})], consistent=consistent)
        case "Query":
            return read_units(parsed["Items"], consistent=consistent, summed=True)
        case "BatchGetItem":
            found = [item for items in parsed["Responses"].values() for item in items]
            return read_units(found, consistent=consistent)
    raise ValueError(f"no rule for the read units of {operation}")
