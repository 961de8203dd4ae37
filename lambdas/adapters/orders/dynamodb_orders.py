"""OrderStore on the orders table, and on the inventory table for changes that also move stock."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from lambdas.adapters.aws_clients import error_code
from lambdas.adapters.dynamodb.attribute_values import from_item, to_item
from lambdas.adapters.dynamodb.errors import (
    CONDITION_FAILED,
    cancellation_error,
    reason_codes,
    reasons,
    store_errors,
)
from lambdas.adapters.orders import dynamodb_expressions as expressions
from lambdas.adapters.orders.dynamodb_usage import CustomerUsage
from lambdas.adapters.orders.dynamodb_waits import (
    WAIT,
    find_token,
    has_new_token,
    keep_token,
    only_token_differs,
    with_wait,
)
from lambdas.adapters.orders.event_notes import NOTES, sort_events, timeline_of
from lambdas.adapters.orders.order_records import (
    META,
    event_record,
    from_record,
    order_key,
    to_record,
)
from lambdas.adapters.stock.dynamodb_stock import DynamoDBStock, Placement
from lambdas.adapters.stock.dynamodb_stock_shards import StockShards
from lambdas.domain.errors import (
    IdempotencyMismatch,
    OrderError,
    OrderNotFound,
    StoreConflict,
    StoreUnavailable,
)
from lambdas.domain.record.changes import CHECK_SOON_MS, MAX_EVENTS, Change, Event
from lambdas.domain.record.order import Order
from lambdas.domain.record.signals import Signal
from lambdas.domain.record.usage import CustomerCaps

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

    from lambdas.domain.steps.start import IdempotencyKey

IDEMPOTENCY_DAYS = 7
NO_CAPS = CustomerCaps()
PLACES_TRIED = 8
"""How often one commit is sent to other places of the stock before its caller has to pause."""


class DynamoDBOrders:
    """Reads and writes orders, their events and idempotency keys."""

    def __init__(
        self,
        client: "DynamoDBClient",
        *,
        orders_table: str,
        inventory_table: str,
        caps: CustomerCaps = NO_CAPS,
    ) -> None:
        self._client = client
        self._orders = orders_table
        self._usage = CustomerUsage(orders_table=orders_table, caps=caps)
        shards = StockShards(client, orders_table=orders_table, inventory_table=inventory_table)
        self._stock = DynamoDBStock(
            shards, orders_table=orders_table, inventory_table=inventory_table
        )

    def get(self, order_id: str) -> Order:
        with store_errors(order_id):
            answer = self._client.query(
                TableName=self._orders,
                KeyConditionExpression="pk = :pk AND sk BETWEEN :meta AND :wait",
                ExpressionAttributeValues=to_item(
                    {":pk": order_key(order_id)["pk"], ":meta": META, ":wait": WAIT}
                ),
                ConsistentRead=True,
            )
        found = {record["sk"]: record for record in map(from_item, answer["Items"])}
        if META not in found:
            raise OrderNotFound("there is no such order", order_id=order_id)
        return with_wait(from_record(found[META]), found.get(WAIT))

    def create(self, order: Order, events: Sequence[Event], key: "IdempotencyKey") -> Order:
        order = replace(order, counted=True) if self._usage.caps.active else order
        notes, own_items = sort_events(order, events)
        items = [
            to_item({**to_record(order), "inbox": [], NOTES: notes}),
            *(to_item(event_record(order.order_id, event)) for event in own_items),
            to_item(_idempotency_record(order, key)),
        ]
        try:
            with store_errors(order.order_id):
                self._client.transact_write_items(
                    TransactItems=[
                        {
                            "Put": {
                                "TableName": self._orders,
                                "Item": item,
                                "ConditionExpression": "attribute_not_exists(pk)",
                                "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
                            }
                        }
                        for item in items
                    ]
                    + self._usage.part(None, order)
                )
        except ClientError as error:
            return self._order_of_key(error, order, key)
        return order

    def find_by_key(self, key: "IdempotencyKey") -> Order | None:
        with store_errors():
            answer = self._client.get_item(
                TableName=self._orders, Key=to_item(_idempotency_key(key)), ConsistentRead=True
            )
        return self._order_of(answer["Item"], key) if "Item" in answer else None

    def commit(self, change: Change) -> Order:
        if only_token_differs(change):
            return self._keep_token(change)
        notes, own_items = sort_events(change.after, change.events)
        update = expressions.update_order(self._orders, change, notes)
        with store_errors(change.before.order_id):
            parts = self._parts(update, change, own_items)
            if change.stock or len(parts) > 1:
                self._transact(parts, change)
            else:
                self._client.update_item(**update)
        return change.after

    def append_signal(self, order_id: str, signal: Signal, now: int) -> tuple[Order, bool]:
        request = expressions.append_signal(
            self._orders, order_id, signal, now=now, next_check_at=now + CHECK_SOON_MS
        )
        with store_errors(order_id):
            order, appended = self._append(request, order_id)
            # Read after the signal is durable: AwaitSignal stores its token before it checks the
            # record, so either this reading finds the token or that check finds the signal.
            return with_wait(order, self._wait(order)), appended

    def timeline(self, order_id: str) -> tuple[Event, ...]:
        with store_errors(order_id):
            answer = self._client.query(
                TableName=self._orders,
                KeyConditionExpression="pk = :pk AND sk BETWEEN :event AND :meta",
                ExpressionAttributeValues=to_item(
                    {":pk": order_key(order_id)["pk"], ":event": "EVENT#", ":meta": META}
                ),
                ConsistentRead=True,
                ScanIndexForward=False,
                Limit=MAX_EVENTS + 1,
            )
        records = [from_item(item) for item in answer["Items"]]
        events = timeline_of(records, is_complete="LastEvaluatedKey" not in answer)
        return events[-MAX_EVENTS:]

    def _keep_token(self, change: Change) -> Order:
        """Store a token, then check that the record is still the one that was decided on. A
        signal that was accepted in the meantime is found by this check, a later one finds the
        token. The token of an older execution is stored for no reader.
        """
        before = change.before
        with store_errors(before.order_id):
            self._client.update_item(**keep_token(self._orders, change.after))
        current = self.get(before.order_id)
        if (current.sequence, current.epoch) != (before.sequence, before.epoch):
            raise StoreConflict("the record changed meanwhile", order_id=before.order_id)
        return current

    def _wait(self, order: Order) -> Any:
        if not order.waits:
            return None
        answer = self._client.get_item(**find_token(self._orders, order))
        return from_item(answer["Item"]) if "Item" in answer else None

    def _append(self, request: dict[str, Any], order_id: str) -> tuple[Order, bool]:
        try:
            answer = self._client.update_item(**request)
        except ClientError as error:
            if error_code(error) != "ConditionalCheckFailedException":
                raise
            return _order(order_id, error.response.get("Item")), False
        return _order(order_id, answer["Attributes"]), True

    def _transact(self, own: list[Any], change: Change) -> None:
        """Write the order's items, and move its stock wherever a place takes the move."""
        order_id, now = change.before.order_id, change.after.updated_at
        placements = self._stock.placements(order_id, change.stock)
        if cause := self._refusal(["None"], self._stock.doubts(placements), placements, change):
            raise cause
        for _ in range(PLACES_TRIED):
            moves: list[Any] = [
                {"Update": self._stock.write(placement, now)} for placement in placements
            ]
            try:
                self._client.transact_write_items(TransactItems=[*own, *moves])
            except ClientError as error:
                if error_code(error) != "TransactionCanceledException":
                    raise
                codes = reason_codes(error)
                if {*codes} <= {"None"}:
                    raise StoreUnavailable(
                        "cancelled without a reason", order_id=order_id
                    ) from error
                if cause := self._refusal(codes[: len(own)], codes[len(own) :], placements, change):
                    raise cause from error
            else:
                return
        raise StoreConflict("the stock is busy", order_id=order_id)

    def _parts(self, update: Any, change: Change, events: Sequence[Event]) -> list[Any]:
        """The parts of a transaction that write the items of the order."""
        order_id = change.before.order_id
        puts = [expressions.put_event(self._orders, order_id, event) for event in events]
        parts: list[Any] = [{"Update": update}, *({"Put": put} for put in puts)]
        if has_new_token(change):
            parts.append({"Update": keep_token(self._orders, change.after)})
        return [*parts, *self._usage.part(change.before, change.after)]

    def _refusal(
        self, own: list[str], stock: list[str], placements: list[Placement], change: Change
    ) -> OrderError | None:
        """Why a transaction with these codes is not sent again; None after its moves have other
        places.
        """
        order_id = change.before.order_id
        self._usage.require_room(own, change.before, change.after)
        if found := cancellation_error(own, order_id):
            return found
        found = self._stock.redirect(placements, stock, change.after.updated_at)
        if found is not None and self.get(order_id).sequence != change.before.sequence:
            # A second run of this very write may have taken the units.
            return StoreConflict("the record changed at the same time", order_id=order_id)
        return found

    def _order_of_key(self, error: ClientError, order: Order, key: "IdempotencyKey") -> Order:
        """The order of the idempotency item, if that item made the transaction fail."""
        if error_code(error) != "TransactionCanceledException":
            raise error
        found = [r for r in reasons(error) if r.get("Code") == CONDITION_FAILED and "Item" in r]
        if not found:
            self._usage.require_room(reason_codes(error), None, order)
            unknown = StoreUnavailable("a transaction was cancelled", order_id=order.order_id)
            raise cancellation_error(reason_codes(error), order.order_id) or unknown from error
        return self._order_of(found[-1]["Item"], key)

    def _order_of(self, item: Any, key: "IdempotencyKey") -> Order:
        made = from_item(item)
        if made["fingerprint"] != key.fingerprint:
            raise IdempotencyMismatch("this Idempotency-Key was used with another body")
        return self.get(made["order_id"])


def _idempotency_record(order: Order, key: "IdempotencyKey") -> dict[str, Any]:
    return {
        **_idempotency_key(key),
        "fingerprint": key.fingerprint,
        "order_id": order.order_id,
        "expires_at": order.created_at // 1000 + IDEMPOTENCY_DAYS * 86_400,
    }


def _idempotency_key(key: "IdempotencyKey") -> dict[str, str]:
    return {"pk": f"IDEMPOTENCY#{key.principal}#{key.key}", "sk": "IDEMPOTENCY"}


def _order(order_id: str, item: Any) -> Order:
    if not item:
        raise OrderNotFound("there is no such order", order_id=order_id)
    return from_record(from_item(item))
