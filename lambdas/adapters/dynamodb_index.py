"""OrderIndex on the orders table's indexes. Order ids are ULIDs: sorted by id is sorted by age."""

import heapq
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby, islice
from typing import TYPE_CHECKING, Any

from lambdas.adapters.attribute_values import from_item, to_item
from lambdas.adapters.dynamodb_errors import store_errors
from lambdas.adapters.order_records import OPEN_SHARDS, from_record
from lambdas.domain.errors import InvalidRequest
from lambdas.domain.order import Order
from lambdas.domain.ports import Page
from lambdas.domain.stages import Stage

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_ULID = re.compile(r"[0-9A-HJKMNP-TV-Z]{26}")
_AFTER_ALL = "~"


class DynamoDBOrderIndex:
    """Lists of orders: by stage, by customer, and the open ones by their next check."""

    def __init__(self, client: "DynamoDBClient", *, orders_table: str) -> None:
        self._client = client
        self._table = orders_table

    def page(
        self, *, stage: Stage | None, customer_id: str | None, limit: int, cursor: str | None
    ) -> Page:
        if cursor is not None and not _ULID.fullmatch(cursor):
            raise InvalidRequest("the cursor is not one that a list of orders returned")
        before = cursor or _AFTER_ALL
        with store_errors():
            found = tuple(islice(self._newest(stage, customer_id, before, limit), limit + 1))
        more = len(found) > limit
        return Page(found[:limit], found[limit - 1].order_id if more else None)

    def counts(self, *, customer_id: str | None, at_most: int) -> Mapping[Stage, int]:
        with store_errors():
            if customer_id is None:
                return {stage: self._count(stage, at_most) for stage in Stage}
            newest = self._query("by_customer", "customer_key", customer_id, _AFTER_ALL, at_most)
            return Counter(order.stage for order in islice(newest, at_most))

    def due(self, now: int, limit: int) -> tuple[str, ...]:
        with store_errors():
            overdue = heapq.merge(*(self._due(shard, now, limit) for shard in range(OPEN_SHARDS)))
            return tuple(order_id for _, order_id in islice(overdue, limit))

    def _newest(
        self, stage: Stage | None, customer_id: str | None, before: str, limit: int
    ) -> Iterator[Order]:
        if customer_id is not None:
            orders = self._query("by_customer", "customer_key", customer_id, before, limit + 1)
            return (order for order in orders if stage is None or order.stage is stage)
        return _merged(
            self._query("by_stage", "stage_key", one.value, before, limit + 1)
            for one in ([stage] if stage else Stage)
        )

    def _query(
        self, index: str, name: str, value: str, before: str, page_size: int
    ) -> Iterator[Order]:
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table,
            IndexName=index,
            KeyConditionExpression="#key = :value AND order_id < :before",
            ExpressionAttributeNames={"#key": name},
            ExpressionAttributeValues=to_item({":value": value, ":before": before}),
            ScanIndexForward=False,
            PaginationConfig={"PageSize": page_size},
        )
        return (from_record(from_item(item)) for page in pages for item in page["Items"])

    def _count(self, stage: Stage, at_most: int) -> int:
        """One page: up to a megabyte of index entries, which are thousands of orders."""
        answer = self._client.query(
            TableName=self._table,
            IndexName="by_stage",
            KeyConditionExpression="stage_key = :stage",
            ExpressionAttributeValues=to_item({":stage": stage.value}),
            Select="COUNT",
            Limit=at_most,
        )
        return answer["Count"]

    def _due(self, shard: int, now: int, limit: int) -> Sequence[tuple[int, str]]:
        answer = self._client.query(
            TableName=self._table,
            IndexName="open",
            KeyConditionExpression="open_shard = :shard AND next_check_at <= :now",
            ExpressionAttributeValues=to_item({":shard": str(shard), ":now": now}),
            Limit=limit,
        )
        records: list[dict[str, Any]] = [from_item(item) for item in answer["Items"]]
        return [(r["next_check_at"], r["pk"].removeprefix("ORDER#")) for r in records]


def _merged(lists: Iterable[Iterator[Order]]) -> Iterator[Order]:
    """One list, newest first. An order that went on while the lists were read is in two of them
    and told once.
    """
    merged = heapq.merge(*lists, key=_order_id, reverse=True)
    return (next(same) for _, same in groupby(merged, key=_order_id))


def _order_id(order: Order) -> str:
    return order.order_id
