"""What a restore changes: lost orders, payments without an order, orders that continue.

The records are those of the tables; the restored ones are the truth after the restore.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

ENDS = frozenset({"completed", "cancelled", "failed"})
_RESTING = "resting#"
Record = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Order IDs: `lost` orders are in the present table only, `unknown_payments` were charged after
    the point in time, `continued` are open in the restored table. `stock` has the SKUs whose
    counters differ from the restored orders.
    """

    lost: list[str]
    unknown_payments: list[str]
    continued: list[str]
    stock: list[str]


def compare(present: list[Record], restored: list[Record], inventory: list[Record]) -> Comparison:
    """Compare the items of the present and the restored orders table."""
    before, after = _orders(present), _orders(restored)
    return Comparison(
        lost=sorted(before.keys() - after.keys()),
        unknown_payments=sorted(
            order_id
            for order_id, order in before.items()
            if order.get("charged") and not after.get(order_id, {}).get("charged")
        ),
        continued=sorted(name for name, order in after.items() if order["stage"] not in ENDS),
        stock=sorted(_stock_differences(after.values(), restored, inventory)),
    )


def restored_items(present: list[Record], restored: list[Record], now: int) -> Iterator[Record]:
    """The items of the orders table after the restore.

    An open order gets an epoch that no execution had, and a pending start: the janitor starts the
    execution, which continues the order where its record stands. Its old task token is left out.
    """
    epochs = {order_id: order["epoch"] for order_id, order in _orders(present).items()}
    opened = {one["pk"]: one for one in restored if _is_open(one)}
    for item in restored:
        if item["pk"] not in opened:
            yield item
        elif item["sk"] == "META":
            yield _with_pending_start(item, epochs.get(item["order_id"], 0), now)
        elif item["sk"] != "WAIT":
            yield item


def _orders(items: Iterable[Record]) -> dict[str, Record]:
    return {one["order_id"]: one for one in items if one["sk"] == "META"}


def _is_open(item: Record) -> bool:
    return item["sk"] == "META" and item["stage"] not in ENDS


def _with_pending_start(order: Record, present_epoch: int, now: int) -> Record:
    return {
        **order,
        "epoch": max(present_epoch, order["epoch"]) + 1,
        "sequence": order["sequence"] + 1,
        "start_pending": True,
        "open_shard": str(order["open_shard"]).removeprefix(_RESTING),
        "next_check_at": now // 60_000 * 60_000,
    }


def _stock_differences(
    orders: Iterable[Record], items: Iterable[Record], inventory: Iterable[Record]
) -> Iterator[str]:
    """SKUs whose held or sold units are not those of the orders: a transaction was in progress. The
    item of a busy SKU counts the units of its shards as held.
    """
    held, sold = Counter[str](), Counter[str]()
    for order in orders:
        units = {line["sku"]: line["quantity"] for line in order["items"]}
        if order["stage"] == "completed":
            sold.update(units)
        elif order.get("reserved"):
            held.update(units)
    for shard in (one for one in items if one["sk"] == "SHARD"):
        sku = shard["pk"].split("#")[1]
        held[sku] += shard["available"] + shard["sold"]
        sold[sku] -= shard["sold"]
    for record in inventory:
        if (record["held"], record["sold"]) != (held[record["sku"]], sold[record["sku"]]):
            yield record["sku"]
