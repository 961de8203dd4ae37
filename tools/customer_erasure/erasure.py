"""The erasure of one customer, in steps that can be repeated.

The pseudonym is stored before the first order changes and deleted with the customer's record at the
end, so that an erasure which was ended continues with the same one. An order is found by its
customer, so its META changes after its events.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from boto3.dynamodb.conditions import Attr, Key
from botocore.exceptions import ClientError

from tools.customer_erasure.erased_records import erased_detail, erased_order, is_needed

KEY_DAYS = 7
"""Idempotency keys expire after this time."""
Record = dict[str, Any]


class ErasureRefused(Exception):
    """The customer's data are still needed, or changed during the erasure."""


@dataclass(frozen=True, slots=True)
class CustomerErasure:
    """`orders` and `customers` are tables of boto3. `new_pseudonym` returns a name that no customer
    has; `now` returns epoch milliseconds.
    """

    orders: Any
    customers: Any
    new_pseudonym: Callable[[], str]
    now: Callable[[], int]

    def check(self, customer: str) -> list[Record]:
        """The orders of the customer. Raises ErasureRefused if one is open or owes money."""
        orders = [meta for meta, _ in self._orders(customer)]
        needed = [order["order_id"] for order in orders if is_needed(order)]
        if needed:
            raise ErasureRefused(
                f"{len(needed)} orders are open or owe a refund, for example {needed[0]}: "
                "wait until they end, or cancel them"
            )
        return orders

    def erase(self, customer: str) -> int:
        """Erase the customer's data; returns the number of orders that changed.

        Raises ErasureRefused. It may be repeated after every error.
        """
        orders = self.check(customer)
        pseudonym = self._pseudonym(customer)
        self._delete_keys(orders)
        changed = 0
        for meta, events in self._orders(customer):
            self._erase_events(events)
            self._erase_order(meta, pseudonym)
            changed += 1
        # An order that was placed in the meantime.
        if next(self._orders(customer), None) is not None:
            raise ErasureRefused("an order was placed meanwhile: disable the user, then repeat")
        self.orders.delete_item(Key={"pk": f"CUSTOMER#{customer}", "sk": "USAGE"})
        self.customers.delete_item(Key={"customer_id": customer})
        return changed

    def _orders(self, customer: str) -> Iterator[tuple[Record, list[Record]]]:
        """META and the timeline items of each order. The index may still have an erased order."""
        index = Key("customer_id").eq(customer)
        found = _pages(self.orders.query, IndexName="by_customer", KeyConditionExpression=index)
        for order_id in [record["order_id"] for record in found]:
            key = Key("pk").eq(f"ORDER#{order_id}")
            records = _pages(self.orders.query, KeyConditionExpression=key, ConsistentRead=True)
            by_sort = {record["sk"]: record for record in records}
            meta = by_sort.get("META", {})
            if meta.get("customer_id") == customer:
                yield meta, [one for sort, one in by_sort.items() if sort.startswith("EVENT#")]

    def _pseudonym(self, customer: str) -> str:
        """Erase the customer's record but for its pseudonym; returns it."""
        answer = self.customers.update_item(
            Key={"customer_id": customer},
            UpdateExpression="SET erased_as = if_not_exists(erased_as, :new) "
            "REMOVE email, #name, #language",
            ExpressionAttributeNames={"#name": "name", "#language": "language"},
            ExpressionAttributeValues={":new": self.new_pseudonym()},
            ReturnValues="ALL_NEW",
        )
        return str(answer["Attributes"]["erased_as"])

    def _erase_events(self, events: list[Record]) -> None:
        for event in events:
            detail = erased_detail(event["detail"])
            if detail != event["detail"]:
                self._update(event, {"detail": detail}, Attr("pk").exists())

    def _erase_order(self, meta: Record, pseudonym: str) -> None:
        unchanged = Attr("sequence").eq(meta["sequence"])
        try:
            self._update(meta, erased_order(meta, pseudonym), unchanged)
        except ClientError as error:
            if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
                raise
            raise ErasureRefused(f"order {meta['order_id']} changed meanwhile: repeat") from error

    def _update(self, record: Record, changed: Record, condition: Any) -> None:
        self.orders.update_item(
            Key={"pk": record["pk"], "sk": record["sk"]},
            UpdateExpression="SET " + ", ".join(f"#{name} = :{name}" for name in changed),
            ConditionExpression=condition,
            ExpressionAttributeNames={f"#{name}": name for name in changed},
            ExpressionAttributeValues={f":{name}": value for name, value in changed.items()},
        )

    def _delete_keys(self, orders: list[Record]) -> None:
        """Delete the idempotency keys of the orders, which name their callers. They expire by
        themselves after a week; only for a younger order the table is read as a whole.
        """
        newest = max((order["created_at"] for order in orders), default=0)
        if newest < self.now() - KEY_DAYS * 86_400_000:
            return
        ids = {order["order_id"] for order in orders}
        keys = Attr("pk").begins_with("IDEMPOTENCY#")
        for key in _pages(self.orders.scan, FilterExpression=keys):
            if key["order_id"] in ids:
                self.orders.delete_item(Key={"pk": key["pk"], "sk": key["sk"]})


def _pages(read: Any, **request: Any) -> Iterator[Record]:
    """All items of a query or scan."""
    while True:
        page = read(**request)
        yield from page["Items"]
        if "LastEvaluatedKey" not in page:
            return
        request["ExclusiveStartKey"] = page["LastEvaluatedKey"]
