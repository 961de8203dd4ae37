"""OrderIndex on the indexes of the orders table. Order ids are ULIDs: their order is that of age.

The indexes project keys only, and a list reads the records of its page. So DynamoDB writes an index
only when an order enters or leaves a list, not with every change. Each kind of list has a separate
index, so that no request reads orders that its answer leaves out. `by_age` and `by_stage` are
spread over LIST_SHARDS partitions, which a list merges.
"""

import heapq
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from lambdas.adapters.dynamodb.attribute_values import from_item, to_item
from lambdas.adapters.dynamodb.batches import read_batch
from lambdas.adapters.dynamodb.errors import store_errors
from lambdas.adapters.orders.dynamodb_problems import Place, read_places
from lambdas.adapters.orders.order_records import (
    LIST_SHARDS,
    OPEN_SHARDS,
    customer_stage,
    from_record,
    open_partition,
    order_key,
    stage_key,
)
from lambdas.domain.errors import InvalidRequest
from lambdas.domain.order_lists import MAX_PAGE, Count, OpenVersions, Overdue, Page
from lambdas.domain.record.changes import check_pause_ms
from lambdas.domain.record.ledger import PaymentProblem, payment_problems
from lambdas.domain.record.order import Order
from lambdas.domain.record.stages import ENDS, Stage

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

    from lambdas.domain.ports import CallEach

Partition = tuple[str, str, str]
"""Index name, name of the partition key, and value of that key."""

_ULID = re.compile(r"[0-9A-HJKMNP-TV-Z]{26}")
_AFTER_ALL = "~"
_STORED = tuple(stage for stage in Stage if stage is not Stage.NOTIFY)
_OPEN = tuple(stage for stage in _STORED if stage not in ENDS)


class DynamoDBOrderIndex:
    """Lists orders by age, stage or customer, and open orders by the time of their next check."""

    def __init__(
        self, client: "DynamoDBClient", *, orders_table: str, call_each: "CallEach" = map
    ) -> None:
        self._client = client
        self._table = orders_table
        self._call_each = call_each

    def page(
        self, *, stage: Stage | None, customer_id: str | None, limit: int, cursor: str | None
    ) -> Page:
        if cursor is not None and not _ULID.fullmatch(cursor):
            raise InvalidRequest("the cursor is not one that a list of orders returned")
        wanted = min(limit, MAX_PAGE)
        before = cursor or _AFTER_ALL
        found = self._newest(_partitions(stage, customer_id), before, wanted + 1)
        shown, more = found[:wanted], len(found) > wanted
        orders = self._read(shown)
        return Page(
            tuple(order for order in orders if stage in (None, order.stage)),
            shown[-1] if more else None,
        )

    def with_problem(self, problem: PaymentProblem, *, limit: int, cursor: str | None) -> Page:
        after = None if cursor is None else Place.parse(cursor)
        wanted = min(limit, MAX_PAGE)
        found = read_places(self._client, self._table, problem, after=after, limit=wanted + 1)
        shown, more = found[:wanted], len(found) > wanted
        orders = self._read([place.order_id for place in shown])
        return Page(
            tuple(order for order in orders if problem in payment_problems(order.ledger)),
            str(shown[-1]) if more else None,
        )

    def counts(self, *, customer_id: str | None, at_most: int) -> Mapping[Stage, Count]:
        return {stage: self._count(_partitions(stage, customer_id), at_most) for stage in _STORED}

    def open_versions(self, *, at_most: int) -> OpenVersions:
        found: dict[str, tuple[Stage, str]] = {}
        complete = True
        for stage in _OPEN:
            for partition in _partitions(stage, None):
                answer = self._query(partition, limit=at_most, ScanIndexForward=True)
                complete = complete and "LastEvaluatedKey" not in answer
                # An order that changes its stage during the reads is counted at the later one.
                for record in map(from_item, answer["Items"]):
                    found[record["order_id"]] = (stage, record["version"])
        return OpenVersions.count(found, complete=complete)

    def due(self, now: int, limit: int) -> Overdue:
        shards = range(OPEN_SHARDS)
        partitions = [
            open_partition(shard, only_waits=only_waits)
            for only_waits in (False, True)
            for shard in shards
        ]
        with store_errors():
            lists = list(self._call_each(partial(self._list_due, now=now, limit=limit), partitions))
        found = [*heapq.merge(*lists[:OPEN_SHARDS]), *heapq.merge(*lists[OPEN_SHARDS:])]
        ids = tuple(order_id for _, order_id in found[:limit])
        return Overdue(ids, min((at for at, _ in found), default=None))

    def postpone(self, order_id: str, now: int, *, back_off: bool) -> None:
        with store_errors(order_id):
            counted = self._update(order_id, "ADD check_failures :one, #sequence :one")
            pause = check_pause_ms(counted["check_failures"] if back_off else 1)
            set_date = "SET next_check_at = :at ADD #sequence :one"
            self._update(order_id, set_date, {":at": now + pause})

    def _update(
        self, order_id: str, expression: str, values: Mapping[str, int] | None = None
    ) -> Any:
        answer = self._client.update_item(
            TableName=self._table,
            Key=to_item(order_key(order_id)),
            UpdateExpression=expression,
            ConditionExpression="attribute_exists(open_shard)",
            ExpressionAttributeNames={"#sequence": "sequence"},
            ExpressionAttributeValues=to_item({":one": 1, **(values or {})}),
            ReturnValues="UPDATED_NEW",
        )
        return from_item(answer["Attributes"])

    def _newest(self, partitions: Sequence[Partition], before: str, limit: int) -> list[str]:
        """The ids of the newest orders that precede `before`, at most `limit` of a partition."""
        lists = (self._ids(partition, before, limit) for partition in partitions)
        return list(heapq.merge(*lists, reverse=True))

    def _ids(self, partition: Partition, before: str, limit: int) -> Iterator[str]:
        """One request is enough: `limit` keys are far smaller than a page of 1 MB."""
        answer = self._query(partition, before=before, limit=limit)
        return map(itemgetter("order_id"), map(from_item, answer["Items"]))

    def _read(self, order_ids: Sequence[str]) -> Iterator[Order]:
        """Read the orders of these ids, in the same sequence."""
        records = read_batch(self._client, self._table, map(order_key, order_ids))
        orders = {record["order_id"]: from_record(record) for record in records}
        return (orders[order_id] for order_id in order_ids if order_id in orders)

    def _count(self, partitions: Sequence[Partition], at_most: int) -> Count:
        """Read one more than `at_most`: a page that ends at its limit may be the last page."""
        answers = [
            self._query(partition, limit=at_most + 1, Select="COUNT") for partition in partitions
        ]
        number = sum(answer["Count"] for answer in answers)
        cut = any("LastEvaluatedKey" in answer for answer in answers)
        return Count(min(number, at_most), exact=number <= at_most and not cut)

    def _query(
        self, partition: Partition, *, limit: int, before: str = _AFTER_ALL, **more: Any
    ) -> Any:
        index, name, value = partition
        with store_errors():
            return self._client.query(
                TableName=self._table,
                IndexName=index,
                KeyConditionExpression="#key = :value AND order_id < :before",
                ExpressionAttributeNames={"#key": name},
                ExpressionAttributeValues=to_item({":value": value, ":before": before}),
                Limit=limit,
                **{"ScanIndexForward": False, **more},
            )

    def _list_due(self, partition: str, *, now: int, limit: int) -> Sequence[tuple[int, str]]:
        answer = self._client.query(
            TableName=self._table,
            IndexName="open",
            KeyConditionExpression="open_shard = :shard AND next_check_at <= :now",
            ExpressionAttributeValues=to_item({":shard": partition, ":now": now}),
            Limit=limit,
        )
        records: list[dict[str, Any]] = [from_item(item) for item in answer["Items"]]
        return [(r["next_check_at"], r["pk"].removeprefix("ORDER#")) for r in records]


def _partitions(stage: Stage | None, customer_id: str | None) -> Sequence[Partition]:
    """The partitions that list the orders of a stage, a customer, both or neither."""
    if stage is None and customer_id is None:
        return [("by_age", "list_shard", str(shard)) for shard in range(LIST_SHARDS)]
    if stage is None:
        return [("by_customer", "customer_id", str(customer_id))]
    if customer_id is None:
        keys = [stage_key(stage, shard) for shard in range(LIST_SHARDS)]
        return [("by_stage", "stage_key", key) for key in keys]
    return [("by_customer_stage", "customer_stage", customer_stage(customer_id, stage))]
