"""The stock of a simulation: items of SKUs and shards, and the few expressions that move units.

It answers as a DynamoDB client does, for the requests of the stock adapters alone. Any other
expression raises KeyError or ValueError.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from botocore.exceptions import ClientError

from lambdas.adapters.dynamodb.attribute_values import from_item, to_item
from lambdas.adapters.dynamodb.errors import CONDITION_FAILED
from tests.support.stock_books import COUNTERS, settled, shard_problems

ORDERS, INVENTORY = "orders", "inventory"
_CLAUSE = re.compile(r"(SET|ADD|DELETE|REMOVE) (.+?)(?= (?:SET|ADD|DELETE|REMOVE) |$)")
_PARTS = re.compile(r", (?![^(]*\))")
_IF_NOT_EXISTS = re.compile(r"if_not_exists\((\w+), (:\w+)\)")

Record = dict[str, Any]
Key = tuple[str, ...]


class StockTable:
    """`occupied` returns whether a transaction of another caller has the item of a key now."""

    def __init__(self, occupied: Callable[[Key], bool] = lambda _: False) -> None:
        self.occupied = occupied
        self._items: dict[Key, Record] = {}

    def put(self, sku: str, units: int) -> None:
        """A SKU of which all units are available."""
        self._items[(sku,)] = {"sku": sku, "available": units, "held": 0, "sold": 0}

    @property
    def skus(self) -> list[Record]:
        return [dict(item) for key, item in self._items.items() if len(key) == 1]

    @property
    def shards(self) -> list[Record]:
        return [dict(item) for key, item in self._items.items() if len(key) > 1]

    def exact(self) -> dict[str, list[int]]:
        """The counters of each SKU, wherever its units are."""
        found = settled(self.skus, self.shards)
        return {record["sku"]: [record[name] for name in COUNTERS] for record in found}

    def problems(self, expected: Mapping[str, list[int]]) -> list[str]:
        """What is wrong with the counters, which are to add up to the expected ones."""
        exact = self.exact()
        return shard_problems(self.skus, self.shards) + [
            f"{sku}: available, held, sold are {exact[sku]}, orders say {counters}"
            for sku, counters in expected.items()
            if exact[sku] != counters
        ]

    def get_item(self, Key: Mapping[str, Any], **_: Any) -> dict[str, Any]:  # noqa: N803
        found = self._items.get(_key(Key))
        return {} if found is None else {"Item": _stored(found)}

    def transact_write_items(self, TransactItems: Sequence[Any]) -> None:  # noqa: N803
        if codes := self.write([part["Update"] for part in TransactItems]):
            raise cancelled(codes)

    def get_paginator(self, operation: str) -> "StockTable":
        if operation != "query":
            raise ValueError(operation)
        return self

    def paginate(self, **_: Any) -> Iterator[dict[str, Any]]:
        """The open shards, as the index has them."""
        yield {"Items": [_stored(shard) for shard in self.shards if "open_shard" in shard]}

    def write(self, updates: Sequence[Mapping[str, Any]]) -> list[str]:
        """Make all updates, or none: then returns a cancellation code for each."""
        codes = [self._code(update) for update in updates]
        if {*codes} != {"None"}:
            return codes
        for update in updates:
            key = _key(update["Key"])
            item = self._items.setdefault(key, from_item(update["Key"]))
            _write(item, update)
        return []

    def _code(self, update: Mapping[str, Any]) -> str:
        key = _key(update["Key"])
        if self.occupied(key):
            return "TransactionConflict"
        item = self._items.get(key, {})
        conditions = _named(update, "ConditionExpression")
        values = from_item(update["ExpressionAttributeValues"])
        held = all(_holds(one, item, values) for one in conditions.split(" AND ") if one)
        return "None" if held else CONDITION_FAILED


def cancelled(codes: Sequence[str]) -> ClientError:
    """The error of a transaction that was cancelled for these reasons."""
    response: Any = {
        "Error": {"Code": "TransactionCanceledException", "Message": "cancelled"},
        "CancellationReasons": [{"Code": code} for code in codes],
    }
    return ClientError(response, "TransactWriteItems")


def _write(item: Record, update: Mapping[str, Any]) -> None:
    """The effect of an update expression: every value is of the item before it."""
    before, values = dict(item), from_item(update["ExpressionAttributeValues"])
    for clause, body in _CLAUSE.findall(_named(update, "UpdateExpression")):
        for part in _PARTS.split(body):
            name, _, rest = part.partition(" = " if clause == "SET" else " ")
            if clause == "SET":
                item[name] = _value(rest, before, values)
            elif clause == "REMOVE":
                item.pop(name, None)
            else:
                old = before.get(name, set())
                item[name] = old | values[rest] if clause == "ADD" else old - values[rest]
                if not item[name]:
                    del item[name]


def _value(expression: str, item: Record, values: Mapping[str, Any]) -> Any:
    """An operand, or the sum or difference of two."""
    first, sign, second = re.fullmatch(r"(.+?)(?: ([+-]) (\S+))?", expression).groups()  # type: ignore[union-attr]
    result = _operand(first, item, values)
    if sign:
        more = _operand(second, item, values)
        result = result + more if sign == "+" else result - more
    return result


def _operand(text: str, item: Record, values: Mapping[str, Any]) -> Any:
    if match := _IF_NOT_EXISTS.fullmatch(text):
        return item.get(match[1], values[match[2]])
    return values[text] if text.startswith(":") else item[text]


def _holds(condition: str, item: Record, values: Mapping[str, Any]) -> bool:
    if match := re.fullmatch(r"attribute_exists\((\w+)\)", condition):
        return match[1] in item
    name, sign, value = condition.split(" ")
    if name not in item:
        return False
    compared = {">=": item[name] >= values[value], "=": item[name] == values[value]}
    return bool(compared[sign])


def _named(update: Mapping[str, Any], field: str) -> str:
    """An expression with the names that it refers to."""
    expression = str(update.get(field, ""))
    for alias, name in update.get("ExpressionAttributeNames", {}).items():
        expression = re.sub(rf"{alias}\b", name, expression)
    return expression


def _key(key: Mapping[str, Any]) -> Key:
    return tuple(value["S"] for value in key.values())


def _stored(record: Record) -> dict[str, Any]:
    sets = {name: {"SS": sorted(one)} for name, one in record.items() if isinstance(one, set)}
    return to_item({n: one for n, one in record.items() if n not in sets}) | sets
