"""The result reports every kind of loss and broken invariant."""

from dataclasses import replace
from typing import Any

import httpx
import pytest

from local.checks.records import Snapshot
from local.data.catalogue import inventory_records
from tests.chaos.campaign_result import check_tables
from tests.chaos.orders import Acknowledged

ID = "01TEST"


def a_record(**changes: Any) -> dict[str, Any]:
    """An order that was cancelled before anything was reserved."""
    return {
        "pk": f"ORDER#{ID}",
        "order_id": ID,
        "stage": "cancelled",
        "epoch": 1,
        "total": 950,
        "items": [{"sku": "MUG-RED", "quantity": 1}],
        "reserved": False,
        "inbox": [],
        "applied": 0,
        "ledger": {},
        "event_count": 1,
        **changes,
    }


def books(*records: dict[str, Any]) -> Snapshot:
    event = {"pk": f"ORDER#{ID}", "number": 1, "kind": "order-cancelled"}
    return Snapshot(orders=records, events=[event], inventory=inventory_records())


def acknowledging(*order_ids: str) -> Acknowledged:
    made = Acknowledged()
    for order_id in order_ids:
        made.placed(order_id)
    return made


def missing_units() -> Snapshot:
    """Seven units of the first SKU are nowhere."""
    first, *others = inventory_records()
    lacking = {**first, "available": first["available"] - 7}
    return replace(books(a_record()), inventory=[lacking, *others])


def with_an_accepted_signal() -> Acknowledged:
    made = acknowledging(ID)
    made.orders[ID].accepted.append("s1")
    return made


def with_an_unexpected_response() -> Acknowledged:
    made = acknowledging(ID)
    made.unexpected("POST /orders", httpx.Response(422, text="no"))
    return made


def test_an_order_that_ended_as_acknowledged_is_neither_lost_nor_broken() -> None:
    result = check_tables(books(a_record()), acknowledging(ID))
    assert (result.lost, result.broken, result.passed) == ((), (), True)


@pytest.mark.parametrize(
    ("stage", "order_ids", "lost"),
    [
        ("cancelled", (ID, "01GONE"), "01GONE: acknowledged, but missing"),
        ("payment", (ID,), f"{ID}: still payment"),
    ],
)
def test_an_acknowledged_order_that_is_gone_or_never_ends_is_lost(
    stage: str, order_ids: tuple[str, ...], lost: str
) -> None:
    result = check_tables(books(a_record(stage=stage)), acknowledging(*order_ids))
    assert result.lost == (lost,)
    assert not result.passed


@pytest.mark.parametrize(
    ("snapshot", "acknowledged", "broken"),
    [
        (
            books(a_record()),
            with_an_accepted_signal(),
            f"signals: {ID}: accepted ['s1'], the inbox",
        ),
        (missing_units(), acknowledging(ID), "stock: "),
        (books(a_record()), acknowledging(), f"{ID}: never acknowledged"),
        (books(a_record()), with_an_unexpected_response(), "POST /orders answered 422: no"),
    ],
    ids=["lost signal", "missing units", "unknown order", "unexpected response"],
)
def test_a_broken_invariant_is_reported(
    snapshot: Snapshot, acknowledged: Acknowledged, broken: str
) -> None:
    [found] = check_tables(snapshot, acknowledged).broken
    assert found.startswith(broken)


def test_a_write_after_the_end_is_reported() -> None:
    result = check_tables(
        books(a_record()), acknowledging(ID), [a_record(last_error="something else")]
    )
    assert result.broken == (f"finality: {ID}: written after its end",)


def test_a_run_without_orders_does_not_pass() -> None:
    assert not check_tables(
        Snapshot(orders=[], inventory=inventory_records()), acknowledging()
    ).passed
