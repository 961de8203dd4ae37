"""Orders in DynamoDB: conditional writes, keys that expire, long timelines and cursors."""

from dataclasses import replace
from itertools import count
from typing import Any

import pytest

from lambdas.adapters import dynamodb_expressions as expressions
from lambdas.adapters.dynamodb_index import DynamoDBOrderIndex
from lambdas.adapters.dynamodb_orders import IDEMPOTENCY_DAYS, DynamoDBOrders
from lambdas.domain.changes import Event, change
from lambdas.domain.errors import InvalidRequest
from lambdas.domain.order import Order
from lambdas.domain.stages import Stage
from tests.support import tables
from tests.support.builders import a_key, an_order
from tests.support.fake_clock import NOW
from tests.support.faults import intercept

STAGES = tuple(Stage)


def test_an_idempotency_key_expires_after_a_week(dynamodb: Any, store: DynamoDBOrders) -> None:
    store.create(an_order(Stage.START), (), a_key())

    [kept] = [r for r in tables.records(dynamodb, tables.ORDERS) if r["sk"] == "IDEMPOTENCY"]
    assert kept["pk"] == "IDEMPOTENCY#alice#key-1"
    assert kept["expires_at"] == NOW // 1000 + IDEMPOTENCY_DAYS * 86_400


def test_a_long_timeline_is_read_page_by_page_in_order(
    dynamodb: Any, store: DynamoDBOrders, order: Order
) -> None:
    """A page of DynamoDB ends at 1 MB: four of these events."""
    for number in range(1, 12):
        event = Event(
            number=number, at=NOW, kind="told", stage="start", detail={"text": "x" * 250_000}
        )
        dynamodb.put_item(**expressions.put_event(tables.ORDERS, order.order_id, event))

    assert [event.number for event in store.timeline(order.order_id)] == list(range(1, 12))


def test_a_write_says_what_it_was_decided_on_and_sets_only_what_differs() -> None:
    order = an_order(sequence=7, epoch=3, wait_token="T")

    request = expressions.update_order(
        "orders", change(order, replace(order, wait_token=None), NOW)
    )

    assert request["ConditionExpression"] == "#sequence = :read_sequence AND #epoch = :read_epoch"
    values = request["ExpressionAttributeValues"]
    assert (values[":read_sequence"], values[":read_epoch"]) == ({"N": "7"}, {"N": "3"})
    assert request["UpdateExpression"] == (
        "SET #next_check_at = :next_check_at, #sequence = :sequence REMOVE #wait_token"
    )


def test_an_order_that_goes_on_while_a_list_is_read_is_told_once(dynamodb: Any) -> None:
    order = an_order(Stage.PAYMENT)
    tables.put_order(dynamodb, order)
    index = DynamoDBOrderIndex(dynamodb, orders_table=tables.ORDERS)
    asked = count(1)

    def go_on(**_: Any) -> None:
        if next(asked) == STAGES.index(Stage.STATUS_UPDATE) + 1:
            tables.put_order(dynamodb, replace(order, stage=Stage.STATUS_UPDATE))

    intercept(dynamodb, "Query", go_on)

    page = index.page(stage=None, customer_id=None, limit=10, cursor=None)

    assert next(asked) > len(STAGES)
    assert [(found.order_id, found.stage) for found in page.orders] == [
        (order.order_id, Stage.PAYMENT)
    ]


@pytest.mark.parametrize("cursor", ["", "x", "0" * 25, "01KDVDNH00000000000000000l", "~" * 26])
def test_a_cursor_that_no_list_returned_is_refused(dynamodb: Any, cursor: str) -> None:
    index = DynamoDBOrderIndex(dynamodb, orders_table=tables.ORDERS)

    with pytest.raises(InvalidRequest, match="cursor"):
        index.page(stage=None, customer_id=None, limit=10, cursor=cursor)
