"""DynamoDB's billable units, computed from items by the rules of the service.

Sources: Amazon DynamoDB Developer Guide, "DynamoDB item sizes and formats", "DynamoDB read and
write operations", "Using global secondary indexes" (section "Provisioned throughput
considerations": one write to remove the old index item, one to put the new one).
"""

import math
from collections.abc import Mapping
from typing import Any

Item = Mapping[str, Any]
"""An item in DynamoDB's notation: {"name": {"S": "value"}}."""

TOKEN_ATTRIBUTES = frozenset({"token"})
TOKEN_BYTES = 700
"""A task token of Step Functions. The interpreter in these measurements makes shorter ones."""

_WRITE_BYTES, _READ_BYTES = 1024, 4096


def item_bytes(item: Item | None) -> int:
    """The size of an item that is billed: names and values; 0 where there is no item."""
    return (
        sum(len(name.encode()) + _attribute_bytes(name, item[name]) for name in item) if item else 0
    )


def write_units(
    before: Item | None, after: Item | None, indexes: "Mapping[str, Index]", *, transaction: bool
) -> dict[str, int]:
    """Write units by "table" and by the name of each index that the write touches."""
    size = max(item_bytes(before), item_bytes(after))
    found = {"table": _write_units(size) * (2 if transaction else 1)}
    for name, index in indexes.items():
        units = index.write_units(before, after)
        if units:
            found[name] = units
    return found


def read_units(items: list[Item], *, consistent: bool, summed: bool = False) -> float:
    """Read units of a call: of each item alone, or (`summed`, as Query does) of all together."""
    sizes = [sum(map(item_bytes, items))] if summed else [item_bytes(item) for item in items]
    units = sum(max(1, math.ceil(size / _READ_BYTES)) for size in sizes or [0])
    return units * (1.0 if consistent else 0.5)


class Index:
    """A global secondary index, as DescribeTable describes it."""

    def __init__(self, described: Mapping[str, Any], table_key: set[str]) -> None:
        self._key = [part["AttributeName"] for part in described["KeySchema"]]
        projection = described["Projection"]
        self._everything = projection["ProjectionType"] == "ALL"
        self._names = {*self._key, *table_key, *projection.get("NonKeyAttributes", ())}

    def write_units(self, before: Item | None, after: Item | None) -> int:
        """Units of keeping the index up to date. They are never doubled by a transaction."""
        old, new = self._project(before), self._project(after)
        if old == new:
            return 0
        if old is None or new is None:
            return _write_units(item_bytes(old or new))
        if [old[name] for name in self._key] == [new[name] for name in self._key]:
            return _write_units(max(item_bytes(old), item_bytes(new)))
        return _write_units(item_bytes(old)) + _write_units(item_bytes(new))

    def _project(self, item: Item | None) -> Item | None:
        """The index's copy of an item; None while the item is not in the index."""
        if item is None or any(name not in item for name in self._key):
            return None
        return item if self._everything else {n: v for n, v in item.items() if n in self._names}


def _write_units(size: int) -> int:
    return max(1, math.ceil(size / _WRITE_BYTES))


def _attribute_bytes(name: str, attribute: Mapping[str, Any]) -> int:
    return TOKEN_BYTES if name in TOKEN_ATTRIBUTES else _value_bytes(attribute)


def _value_bytes(attribute: Mapping[str, Any]) -> int:
    kind: str
    value: Any
    kind, value = next(iter(attribute.items()))
    match kind:
        case "S":
            return len(value.encode())
        case "N":
            digits = value.lstrip("-").replace(".", "").strip("0") or "0"
            return math.ceil(len(digits) / 2) + (2 if value.startswith("-") else 1)
        case "SS":
            return sum(len(member.encode()) for member in value)
        case "L":
            return 3 + sum(1 + _value_bytes(member) for member in value)
        case "M":
            return 3 + sum(1 + len(n.encode()) + _attribute_bytes(n, v) for n, v in value.items())
    return 1
