"""Counts the open orders and their units of each customer, in the transaction of their change."""

from typing import Any

from lambdas.adapters.dynamodb.attribute_values import to_item
from lambdas.adapters.dynamodb.errors import CONDITION_FAILED
from lambdas.domain.errors import CustomerCapReached
from lambdas.domain.record.order import Order
from lambdas.domain.record.usage import CustomerCaps, Usage

_FITS = "(open_orders <= :room_orders AND open_units <= :room_units)"
_NOTHING_OPEN = "attribute_not_exists(pk) OR "


class CustomerUsage:
    """The item `CUSTOMER#<id> / USAGE` has the sums over the customer's counted open orders."""

    def __init__(self, *, orders_table: str, caps: CustomerCaps) -> None:
        self._table = orders_table
        self.caps = caps

    def part(self, before: Order | None, after: Order) -> list[Any]:
        """The part of a transaction that counts the change; empty if nothing is to be counted."""
        added = Usage.of(after) - Usage.of(before)
        if added == Usage():
            return []
        room = self.caps.room_for(added)
        fits_alone = min(room.orders, room.units) >= 0
        return [
            {
                "Update": {
                    "TableName": self._table,
                    "Key": to_item({"pk": f"CUSTOMER#{after.customer_id}", "sk": "USAGE"}),
                    "UpdateExpression": "ADD open_orders :orders, open_units :units",
                    "ConditionExpression": f"{_NOTHING_OPEN if fits_alone else ''}{_FITS}",
                    "ExpressionAttributeValues": to_item(
                        {
                            ":orders": added.orders,
                            ":units": added.units,
                            ":room_orders": room.orders,
                            ":room_units": room.units,
                        }
                    ),
                }
            }
        ]

    def require_room(self, codes: list[str], before: Order | None, after: Order) -> None:
        """Raise CustomerCapReached if only the part refused the transaction of the change. `codes`
        are the cancellation reasons of the order's items; that of the part is the last one.
        """
        counts = Usage.of(after) != Usage.of(before)
        if counts and codes[-1:] == [CONDITION_FAILED] and not {*codes[:-1]} - {"None"}:
            raise CustomerCapReached(
                f"the customer reached the limit of {self.caps}", order_id=after.order_id
            )
