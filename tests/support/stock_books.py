"""Exact counters of SKUs whose stock is partly on shards, from the records of both tables."""

from collections.abc import Iterable, Mapping
from typing import Any

Record = Mapping[str, Any]
COUNTERS = ("available", "held", "sold")


def settled(inventory: Iterable[Record], orders: Iterable[Record]) -> list[dict[str, Any]]:
    """The inventory's records as they will be when every shard is closed."""
    items = {record["sku"]: dict(record) for record in inventory}
    for record in orders:
        if record["sk"] == "SHARD":
            item = items[record["pk"].split("#")[1]]
            item["available"] += record["available"]
            item["sold"] += record["sold"]
            item["held"] -= record["available"] + record["sold"]
    return list(items.values())


def shard_problems(inventory: Iterable[Record], orders: Iterable[Record]) -> list[str]:
    """What items and shards must agree on at every moment."""
    items = {record["sku"]: record for record in inventory}
    found = []
    for record in orders:
        if record["sk"] != "SHARD":
            continue
        _, sku, number = record["pk"].split("#")
        item, counts = items[sku], [record[counter] for counter in COUNTERS]
        if min(counts) < 0:
            found.append(f"{record['pk']}: negative count in {counts}")
        if record["available"] and number not in item.get("lent", ()):
            found.append(f"{record['pk']}: {counts}, but the item does not know of its units")
        if any(counts) and "open_shard" not in record:
            found.append(f"{record['pk']}: {counts}, but no sweep finds it")
        if ("open_shard" in record) != (number in item.get("shards", ())):
            found.append(f"{record['pk']}: the index and the item disagree on whether it is open")
    return found
