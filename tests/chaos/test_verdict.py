"""The verdict reports every kind of loss and broken invariant."""

from dataclasses import replace
from typing import Any

import httpx

from local.checks.records import Snapshot
from local.data.catalogue import inventory_records
from tests.chaos.orders import Promises
from tests.chaos.verdict import judge

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


def promised(*order_ids: str) -> Promises:
    promises = Promises()
    for order_id in order_ids:
        promises.placed(order_id)
    return promises


def test_an_order_that_ended_as_promised_is_neither_lost_nor_broken() -> None:
    verdict = judge(books(a_record()), promised(ID))
    assert (verdict.lost, verdict.broken, verdict.passed) == ((), (), True)


def test_an_acknowledged_order_that_is_gone_is_lost() -> None:
    verdict = judge(books(a_record()), promised(ID, "01GONE"))
    assert verdict.lost == ("01GONE: acknowledged, but missing",)
    assert not verdict.passed


def test_an_order_that_never_ends_is_lost() -> None:
    verdict = judge(books(a_record(stage="payment")), promised(ID))
    assert verdict.lost == (f"{ID}: still payment",)


def test_an_accepted_signal_that_is_not_in_the_inbox_is_reported() -> None:
    promises = promised(ID)
    promises.witnesses[ID].accepted.append("s1")
    verdict = judge(books(a_record()), promises)
    assert verdict.broken == (f"signals: {ID}: accepted ['s1'], the inbox holds []",)


def test_missing_units_are_reported_even_if_no_order_lacks_them() -> None:
    sound = books(a_record())
    first, *others = sound.inventory
    lacking = {**first, "available": first["available"] - 7}

    verdict = judge(replace(sound, inventory=[lacking, *others]), promised(ID))

    assert [one.partition(" has ")[0] for one in verdict.broken] == [f"stock: {first['sku']}"]


def test_an_order_without_an_acknowledgement_is_reported() -> None:
    verdict = judge(books(a_record()), promised())
    assert verdict.broken == (f"{ID}: never acknowledged",)


def test_a_write_after_the_end_is_reported() -> None:
    verdict = judge(books(a_record()), promised(ID), [a_record(last_error="something else")])
    assert verdict.broken == (f"finality: {ID}: written after its end",)


def test_an_unexpected_response_is_reported() -> None:
    promises = promised(ID)
    promises.unexpected("POST /orders", httpx.Response(422, text="no"))
    assert judge(books(a_record()), promises).broken == ("POST /orders answered 422: no",)


def test_a_run_without_orders_does_not_pass() -> None:
    assert not judge(Snapshot(orders=[], inventory=inventory_records()), promised()).passed
