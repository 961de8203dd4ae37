"""The restore of tables: what is lost, and how an open order continues."""

from collections.abc import Iterable
from typing import Any

import pytest

from lambdas.adapters.orders.order_records import from_record, to_record
from lambdas.domain.record.order import Order
from lambdas.domain.record.stages import ENDS as STAGES_OF_ENDS
from lambdas.domain.record.stages import Stage
from tests.support.builders import an_order
from tests.support.fakes.fake_clock import NOW
from tools.table_restore.__main__ import lines
from tools.table_restore.comparison import ENDS, compare, restored_items

LATER = NOW + 90_001


def items(orders: Iterable[Order]) -> list[Any]:
    return [
        one
        for order in orders
        for one in (
            to_record(order),
            {"pk": f"ORDER#{order.order_id}", "sk": "WAIT", "token": "t"},
            {"pk": f"ORDER#{order.order_id}", "sk": "EVENT#000002"},
        )
    ]


def stock(**counters: int) -> dict[str, Any]:
    return {"sku": "MUG-RED", "available": 9, "held": 0, "sold": 0, **counters}


def test_orders_and_payments_after_the_point_in_time_are_named() -> None:
    kept, paid, new = (an_order(Stage.CANCELLED) for _ in range(3))
    after = items([kept, paid])
    before = items([kept, an_order(Stage.COMPLETED, order_id=paid.order_id, charged=True), new])

    found = compare(before, after, [])

    assert (found.lost, found.unknown_payments) == ([new.order_id], [paid.order_id])
    assert found.continued == []
    assert next(lines(found)) == f"1 orders are lost: place them again: {new.order_id}"


def test_an_open_order_starts_in_an_epoch_that_no_execution_had() -> None:
    order = an_order(wait_token="token")
    present = items([an_order(order_id=order.order_id, epoch=4)])

    found = list(restored_items(present, items([order]), LATER))

    assert [one["sk"] for one in found] == ["META", "EVENT#000002"]
    continued = from_record(found[0])
    assert (continued.epoch, continued.start_pending) == (5, True)
    assert continued.sequence == order.sequence + 1
    assert continued.next_check_at == NOW // 60_000 * 60_000 + 60_000 <= LATER
    assert to_record(order)["open_shard"].startswith("resting#")
    assert found[0]["open_shard"] == to_record(order)["open_shard"].removeprefix("resting#")


def test_an_order_that_had_ended_is_restored_as_it_was() -> None:
    ended = items([an_order(Stage.COMPLETED)])

    assert list(restored_items([], ended, LATER)) == ended


@pytest.mark.parametrize("moved", [{"held": 2}, {"sold": 2}])
def test_a_stock_that_differs_from_the_orders_is_named(moved: dict[str, int]) -> None:
    assert compare([], [], [stock()]).stock == []
    assert compare([], [], [stock(**moved)]).stock == ["MUG-RED"]


def test_the_units_of_orders_and_of_shards_are_expected() -> None:
    waiting, completed = an_order(), an_order(Stage.COMPLETED, reserved=False)
    units = sum(line.quantity for line in waiting.items if line.sku == "MUG-RED")
    shard = {"pk": "STOCK#MUG-RED#3", "sk": "SHARD", "available": 5, "sold": 1}
    counters = stock(held=units + 6, sold=units - 1)

    assert compare([], [*items([waiting, completed]), shard], [counters]).stock == []


def test_the_tool_knows_the_ends_of_the_application() -> None:
    assert {str(stage) for stage in STAGES_OF_ENDS} == ENDS
