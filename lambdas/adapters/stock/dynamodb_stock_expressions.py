"""The DynamoDB write requests that move units: on a SKU's item, on its shards, and between them.

A shard is an item of the orders table. It is in the index `open` while it may have units, in a
partition without orders, where the janitor finds it.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple
from zlib import crc32

from lambdas.adapters.dynamodb.attribute_values import to_item
from lambdas.domain.record.changes import StockMove, StockMovement

OPEN_SHARD = "stock"
"""The partition of open shards in the index `open`; orders have numbers."""
_FROM_TO = {
    StockMovement.HOLD: ("available", "held"),
    StockMovement.RELEASE: ("held", "available"),
    StockMovement.SELL: ("held", "sold"),
}


class Shard(NamedTuple):
    """A shard as it was read. A write on it names `available` and `sold`: every move of units
    changes one of them.
    """

    sku: str
    number: int
    available: int = 0
    sold: int = 0
    moved_at: int = 0


def own_shard(order_id: str, shards: int) -> int:
    """The shard that an order tries first: it sells or releases where it has held."""
    return crc32(order_id.encode()) % shards


def shard_key(sku: str, shard: int) -> dict[str, str]:
    """The key of a shard in the orders table."""
    return {"pk": f"STOCK#{sku}#{shard}", "sk": "SHARD"}


def parse_shard_key(pk: str) -> tuple[str, int]:
    """(SKU, number) of a shard's partition key."""
    _, sku, shard = pk.split("#")
    return sku, int(shard)


def move_on_item(table: str, move: StockMove) -> dict[str, Any]:
    """Move units between two counters of a SKU's item, if the first has enough."""
    return {"TableName": table, "Key": to_item({"sku": move.sku}), **_units_update(move)}


def move_on_shard(table: str, move: StockMove, shard: int, now: int) -> dict[str, Any]:
    """Move units between two counters of a shard, if the first has enough. Released units go only
    to a shard whose units the item knows of.
    """
    moving = _units_update(move)
    if move.movement is StockMovement.RELEASE:
        moving["ConditionExpression"] += " AND attribute_exists(lent)"
    moving["UpdateExpression"] += ", moved_at = :now"
    moving["ExpressionAttributeValues"] |= to_item({":now": now})
    return {"TableName": table, "Key": to_item(shard_key(move.sku, shard)), **moving}


def lend(
    inventory: str, orders: str, sku: str, shard: int, *, units: int, now: int
) -> list[dict[str, Any]]:
    """Lend available units of a SKU's item to a shard: the item counts them as held."""
    on_item = {
        "TableName": inventory,
        "Key": to_item({"sku": sku}),
        "UpdateExpression": "SET available = available - :units, held = held + :units"
        " ADD lent :shard, shards :shard",
        "ConditionExpression": "available >= :units",
        "ExpressionAttributeValues": {**to_item({":units": units}), ":shard": _one_of_set(shard)},
    }
    counters = ("available", "held", "sold")
    on_shard = {
        "TableName": orders,
        "Key": to_item(shard_key(sku, shard)),
        "UpdateExpression": "SET "
        + ", ".join(f"{name} = if_not_exists({name}, :zero) + :{name}" for name in counters)
        + ", lent = :yes, moved_at = :now, open_shard = :open, next_check_at = :zero",
        "ExpressionAttributeValues": to_item(
            {
                ":available": units,
                ":held": 0,
                ":sold": 0,
                ":zero": 0,
                ":now": now,
                ":open": OPEN_SHARD,
                ":yes": True,
            }
        ),
    }
    return [{"Update": on_item}, {"Update": on_shard}]


def recall(inventory: str, orders: str, shard: Shard) -> list[dict[str, Any]]:
    """Return a shard's available units to its SKU's item. What orders hold there is still sold
    there.
    """
    settled = {"available": shard.available, "sold": 0}
    on_shard = _shard_update(
        orders,
        shard,
        "SET available = :zero REMOVE lent",
        "available = :available AND sold = :sold",
    )
    return [_settle(inventory, shard, settled, "lent :shard"), on_shard]


def close(inventory: str, orders: str, shard: Shard) -> list[dict[str, Any]]:
    """Settle a shard with its SKU's item. What orders hold there stays in the item's `held`."""
    settled = {"available": shard.available, "sold": shard.sold}
    on_shard = _shard_update(
        orders,
        shard,
        "SET available = :zero, held = :zero, sold = :zero REMOVE lent, open_shard, next_check_at",
        "available = :available AND sold = :sold",
    )
    return [_settle(inventory, shard, settled, "lent :shard, shards :shard"), on_shard]


def _settle(inventory: str, shard: Shard, units: Mapping[str, int], removed: str) -> dict[str, Any]:
    update = {
        "TableName": inventory,
        "Key": to_item({"sku": shard.sku}),
        "UpdateExpression": "SET available = available + :available, sold = sold + :sold,"
        f" held = held - :both DELETE {removed}",
        "ConditionExpression": "held >= :both",
        "ExpressionAttributeValues": {
            **to_item({f":{name}": n for name, n in units.items()}),
            **to_item({":both": sum(units.values())}),
            ":shard": _one_of_set(shard.number),
        },
    }
    return {"Update": update}


def _shard_update(orders: str, shard: Shard, update: str, condition: str) -> dict[str, Any]:
    values = {":zero": 0, ":available": shard.available, ":sold": shard.sold}
    return {
        "Update": {
            "TableName": orders,
            "Key": to_item(shard_key(shard.sku, shard.number)),
            "UpdateExpression": update,
            "ConditionExpression": condition,
            "ExpressionAttributeValues": to_item(values),
        }
    }


def _units_update(move: StockMove) -> dict[str, Any]:
    """Any of the updates that move units."""
    source, target = _FROM_TO[move.movement]
    return {
        "UpdateExpression": "SET #source = #source - :quantity, #target = #target + :quantity",
        "ConditionExpression": "#source >= :quantity",
        "ExpressionAttributeNames": {"#source": source, "#target": target},
        "ExpressionAttributeValues": to_item({":quantity": move.quantity}),
    }


def _one_of_set(shard: int) -> dict[str, Any]:
    return {"SS": [str(shard)]}
