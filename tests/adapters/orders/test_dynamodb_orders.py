"""Orders in DynamoDB: conditional writes, keys that expire, long timelines and cursors."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from lambdas.adapters.orders import dynamodb_expressions as expressions
from lambdas.adapters.orders.dynamodb_index import DynamoDBOrderIndex
from lambdas.adapters.orders.dynamodb_orders import IDEMPOTENCY_DAYS, DynamoDBOrders
from lambdas.adapters.orders.order_records import LIST_SHARDS
from lambdas.domain.errors import InvalidRequest
from lambdas.domain.order_lists import OpenOrders, OpenVersions, Page
from lambdas.domain.record.changes import Event, make_change
from lambdas.domain.record.order import Order
from lambdas.domain.record.stages import Stage
from lambdas.domain.record.usage import CustomerCaps
from tests.adapters.store.stores import OnDynamoDB
from tests.support import tables
from tests.support.builders import a_key, an_order
from tests.support.fakes.fake_clock import NOW
from tests.support.faults import intercept
from tests.support.raising import raises


def test_an_idempotency_key_expires_after_a_week(dynamodb: Any, store: DynamoDBOrders) -> None:
    store.create(an_order(Stage.START), (), a_key())

    [kept] = [r for r in tables.records(dynamodb, tables.ORDERS) if r["sk"] == "IDEMPOTENCY"]
    assert kept["pk"] == "IDEMPOTENCY#alice#key-1"
    assert kept["expires_at"] == NOW // 1000 + IDEMPOTENCY_DAYS * 86_400


def test_the_usage_of_a_customer_is_an_item(dynamodb: Any) -> None:
    capped = OnDynamoDB(dynamodb)
    capped.cap(CustomerCaps(units=9))
    capped.store.create(an_order(Stage.START), (), a_key())

    [usage] = [r for r in tables.records(dynamodb, tables.ORDERS) if r["sk"] == "USAGE"]
    assert usage == {"pk": "CUSTOMER#alice", "sk": "USAGE", "open_orders": 1, "open_units": 2}


def test_of_a_long_timeline_the_newest_events_are_read_in_one_request(
    dynamodb: Any, store: DynamoDBOrders, order: Order
) -> None:
    """A page of DynamoDB ends at 1 MB: three of these events."""
    for number in range(1, 12):
        event = Event(
            number=number, at=NOW, kind="noted", stage="start", detail={"text": "x" * 250_000}
        )
        dynamodb.put_item(**expressions.put_event(tables.ORDERS, order.order_id, event))

    assert [event.number for event in store.timeline(order.order_id)] == [9, 10, 11]


def test_a_write_is_conditional_on_the_record_it_changes_and_sets_only_changed_attributes() -> None:
    order = an_order(sequence=7, epoch=3, last_error="E")

    request = expressions.update_order(
        "orders", make_change(order, replace(order, last_error=None), NOW)
    )

    assert request["ConditionExpression"] == "#sequence = :read_sequence AND #epoch = :read_epoch"
    values = request["ExpressionAttributeValues"]
    assert (values[":read_sequence"], values[":read_epoch"]) == ({"N": "7"}, {"N": "3"})
    assert request["UpdateExpression"] == (
        "SET #next_check_at = :next_check_at, #sequence = :sequence REMOVE #last_error"
    )


def test_an_order_that_left_its_stage_while_the_list_was_read_is_not_shown(dynamodb: Any) -> None:
    orders = [an_order(Stage.PAYMENT) for _ in range(3)]
    for order in orders:
        tables.put_order(dynamodb, order)
    index = DynamoDBOrderIndex(dynamodb, orders_table=tables.ORDERS)

    def move_on(**_: Any) -> None:
        tables.put_order(dynamodb, replace(orders[2], stage=Stage.STATUS_UPDATE))

    intercept(dynamodb, "BatchGetItem", move_on)

    page = index.page(stage=Stage.PAYMENT, customer_id=None, limit=2, cursor=None)
    rest = index.page(stage=Stage.PAYMENT, customer_id=None, limit=2, cursor=page.cursor)

    assert page.orders == (orders[1],)
    assert page.cursor == orders[1].order_id
    assert rest == Page((orders[0],), None)


def test_an_order_that_is_not_readable_yet_is_left_out_of_its_list(dynamodb: Any) -> None:
    order = an_order()
    tables.put_order(dynamodb, order)
    index = DynamoDBOrderIndex(dynamodb, orders_table=tables.ORDERS)

    def lag(**_: Any) -> Any:
        return SimpleNamespace(status_code=200), {"Responses": {tables.ORDERS: []}}

    intercept(dynamodb, "BatchGetItem", lag)

    assert index.page(stage=None, customer_id="alice", limit=2, cursor=None) == Page((), None)


@pytest.mark.parametrize("customer", [None, "alice"])
def test_a_count_that_ends_with_its_page_is_not_exact(dynamodb: Any, customer: str | None) -> None:
    """DynamoDB ends a page at 1 MB, below any limit."""
    index = DynamoDBOrderIndex(dynamodb, orders_table=tables.ORDERS)

    def end_early(**_: Any) -> Any:
        return SimpleNamespace(status_code=200), {
            "Count": 3,
            "LastEvaluatedKey": {"pk": {"S": "k"}},
        }

    intercept(dynamodb, "Query", end_early)

    counts = index.counts(customer_id=customer, at_most=1_000)

    assert {count.exact for count in counts.values()} == {False}
    assert all(0 < count.orders < 1_000 for count in counts.values())


def test_a_drain_report_that_read_one_page_only_is_not_complete(dynamodb: Any) -> None:
    orders = [an_order() for _ in range(4)]
    for order in orders:
        tables.put_order(dynamodb, order)
    index = DynamoDBOrderIndex(dynamodb, orders_table=tables.ORDERS)

    counted = OpenOrders({Stage.AWAITING_APPROVAL: 4}, orders[0].order_id)
    assert index.open_versions(at_most=5) == OpenVersions({"v2": counted}, complete=True)
    assert not index.open_versions(at_most=1).complete


def test_an_order_that_moves_on_while_versions_are_counted_is_counted_once(dynamodb: Any) -> None:
    order = an_order(Stage.PAYMENT)
    tables.put_order(dynamodb, order)
    index = DynamoDBOrderIndex(dynamodb, orders_table=tables.ORDERS)
    reads: list[bytes] = []

    def move_on(params: Any, **_: Any) -> None:
        reads.append(params["body"])
        if b"status-update#0" in reads[-1]:
            tables.put_order(dynamodb, replace(order, stage=Stage.STATUS_UPDATE))

    intercept(dynamodb, "Query", move_on)

    counted = OpenOrders({Stage.STATUS_UPDATE: 1}, order.order_id)
    assert index.open_versions(at_most=5) == OpenVersions({"v2": counted}, complete=True)
    assert len(reads) == LIST_SHARDS * 7


@pytest.mark.parametrize("cursor", ["", "x", "0" * 25, "01KDVDNH00000000000000000l", "~" * 26])
def test_a_cursor_that_no_list_returned_is_refused(dynamodb: Any, cursor: str) -> None:
    index = DynamoDBOrderIndex(dynamodb, orders_table=tables.ORDERS)

    with raises(InvalidRequest, "the cursor is not one that a list of orders returned"):
        index.page(stage=None, customer_id=None, limit=10, cursor=cursor)


def test_a_token_is_stored_next_to_its_order_for_longer_than_an_execution_lasts(
    dynamodb: Any, store: DynamoDBOrders, order: Order
) -> None:
    kept = replace(order, wait_token="T", wait_loops=3)
    store.commit(make_change(order, kept, NOW))

    [stored] = [
        record for record in tables.records(dynamodb, tables.ORDERS) if record["sk"] == "WAIT"
    ]
    assert stored == {
        "pk": f"ORDER#{order.order_id}",
        "sk": "WAIT",
        "epoch": order.epoch,
        "loops": 3,
        "token": "T",
        "expires_at": NOW // 1000 + 8 * 86_400,
    }
