from dataclasses import replace
from typing import Any

import pytest

from local.checks.history import TAKEN_OVER
from local.checks.invariants import (
    CHECKS,
    stock_is_accounted_for,
    stock_is_conserved,
    unchanged_ends,
    violations,
)
from local.checks.records import ObservedOrder, Snapshot
from local.data.catalogue import inventory_records
from local.scenario_runner.schema import INVARIANTS

ID = "01TEST"
KEY = f"ORDER#{ID}"


def an_order(**changes: Any) -> dict[str, Any]:
    """A completed order for two red mugs, with one approval."""
    return {
        "pk": KEY,
        "sk": "META",
        "order_id": ID,
        "stage": "completed",
        "epoch": 1,
        "total": 1900,
        "items": [{"sku": "MUG-RED", "quantity": 2}],
        "reserved": True,
        "inbox": [{"signal_id": "s1"}],
        "applied": 1,
        "outcomes": {"s1": "applied"},
        "ledger": {"pay": {"amount_minor": 1900}},
        "event_count": 2,
        "approval_deadline": 1000,
        **changes,
    }


def a_capture(**changes: Any) -> dict[str, Any]:
    return {"payment_key": f"pay:{ID}", "captured_minor": 1900, "refunded_minor": 0, **changes}


def a_refund(minor: int) -> dict[str, Any]:
    return {"payment_key": f"refund:{minor}", "refund_of": f"pay:{ID}", "minor": minor}


def events(*kinds: str) -> list[dict[str, Any]]:
    return [
        {"pk": KEY, "sk": f"EVENT#{number}", "number": number, "kind": kind}
        for number, kind in enumerate(kinds, start=1)
    ]


def inventory(**mugs: int) -> list[dict[str, Any]]:
    records = [dict(record) for record in inventory_records()]
    for record in records:
        if record["sku"] == "MUG-RED":
            record.update(mugs)
    return records


def a_snapshot(order: dict[str, Any] | None = None) -> Snapshot:
    return Snapshot(
        orders=[order or an_order()],
        events=events("order-placed", "order-completed"),
        payments=[a_capture()],
        inventory=inventory(available=298, sold=2),
    )


def violations_in(snapshot: Snapshot, observed: ObservedOrder | None = None) -> list[str]:
    return violations(snapshot, {ID: observed or ObservedOrder(ID)})


def test_a_correct_snapshot_has_no_violations() -> None:
    observed = ObservedOrder(ID, accepted=["s1"], deadlines={1000}, executions=["SUCCEEDED"])
    assert violations_in(a_snapshot(), observed) == []
    assert list(stock_is_accounted_for(a_snapshot())) == []


def test_every_invariant_in_scenarios_is_checked() -> None:
    assert {"stock", *CHECKS} == set(INVARIANTS)


@pytest.mark.parametrize(
    ("mugs", "conserved"),
    [
        ({"available": 299, "sold": 2}, False),
        ({"available": 301, "held": -3, "sold": 2}, False),
        ({"available": 310, "corrected": 10}, True),  # an operator's correction
    ],
)
def test_a_changed_number_of_units_is_detected(mugs: dict[str, int], conserved: bool) -> None:
    found = list(stock_is_conserved(Snapshot(orders=[], inventory=inventory(**mugs))))
    assert (found == []) is conserved


@pytest.mark.parametrize(
    ("stage", "mugs", "accounted"),
    [
        ("completed", {"available": 300}, False),
        ("completed", {"available": 298, "held": 2}, False),
        ("awaiting-approval", {"available": 298, "held": 2}, True),
        ("awaiting-approval", {"available": 298, "sold": 2}, False),
    ],
)
def test_held_units_are_those_of_open_orders_and_sold_ones_those_of_completed_orders(
    stage: str, mugs: dict[str, int], accounted: bool
) -> None:
    snapshot = replace(a_snapshot(an_order(stage=stage)), inventory=inventory(**mugs))
    assert list(stock_is_conserved(snapshot)) == []
    assert (list(stock_is_accounted_for(snapshot)) == []) is accounted


def test_units_on_shards_are_held_in_the_item_until_they_are_settled() -> None:
    shard = {"pk": "STOCK#MUG-RED#3", "available": 10, "held": 0, "sold": 2}
    snapshot = replace(a_snapshot(), inventory=inventory(available=288, held=12), shards=[shard])

    assert list(stock_is_accounted_for(snapshot)) == []
    assert list(stock_is_accounted_for(replace(snapshot, shards=[{**shard, "sold": 1}])))


@pytest.mark.parametrize(
    ("stage", "payments"),
    [
        ("completed", []),
        ("completed", [a_capture(captured_minor=1800)]),
        ("cancelled", [a_capture()]),
        ("completed", [a_capture(), a_capture(payment_key=f"pay:{ID}#7")]),
        ("completed", [a_capture(refunded_minor=1900)]),
        ("cancelled", [a_capture(refunded_minor=1900), a_refund(900)]),
    ],
    ids=["not paid", "other amount", "kept", "twice", "refunded", "refund of another amount"],
)
def test_money_must_be_kept_exactly_by_completed_orders(
    stage: str, payments: list[dict[str, Any]]
) -> None:
    snapshot = replace(a_snapshot(an_order(stage=stage)), payments=payments)
    assert any(wrong.startswith("money: ") for wrong in violations_in(snapshot))


def test_a_payment_that_was_prepared_again_is_one_of_the_orders() -> None:
    payments = [{"payment_key": f"pay:{ID}"}, a_capture(payment_key=f"pay:{ID}#7")]
    assert violations_in(replace(a_snapshot(), payments=payments)) == []


def test_a_refunded_cancelled_order_is_valid() -> None:
    order = an_order(stage="cancelled", reserved=False)
    payments = [a_capture(refunded_minor=1900), a_refund(300), a_refund(1600)]
    assert (
        list(CHECKS["money"](order, Snapshot(orders=[order], payments=payments), ObservedOrder(ID)))
        == []
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"outcomes": {}, "applied": 0},
        {"outcomes": {"s1": "applied", "s2": "applied"}},
        {"outcomes": {"s1": "whatever"}},
        {"inbox": [{"signal_id": "s1"}, {"signal_id": "s1"}], "applied": 2},
        {"inbox": [], "outcomes": {}, "applied": 0},
        {"cancel_requested_at": 5},
    ],
    ids=["no outcome", "outcome of nothing", "unknown", "twice", "lost", "cancelled, completed"],
)
def test_a_lost_signal_or_outcome_is_detected(changes: dict[str, Any]) -> None:
    found = violations_in(a_snapshot(an_order(**changes)), ObservedOrder(ID, accepted=["s1"]))
    assert any(wrong.startswith("signals: ") for wrong in found)


@pytest.mark.parametrize(
    ("count", "kinds"),
    [
        (1, ["order-placed"]),
        (3, ["order-placed", "order-completed", "payment-captured"]),
        (2, ["order-completed", "order-completed"]),
        (3, ["order-placed", "order-completed"]),
        (3, ["order-placed", "order-completed", "mail-approval-sent"]),
        (3, ["order-placed", "order-completed", "stock-released"]),
    ],
    ids=["no end", "event after the end", "ends twice", "gap", "mail after the end", "effect"],
)
def test_a_timeline_with_a_gap_or_an_effect_after_its_end_is_detected(
    count: int, kinds: list[str]
) -> None:
    snapshot = replace(a_snapshot(an_order(event_count=count)), events=events(*kinds))
    assert any(wrong.startswith("finality: ") for wrong in violations_in(snapshot))


@pytest.mark.parametrize(
    "kind",
    [
        "mail-confirmation-sent",
        "mail-resend-requested",
        "mail-confirmation-2-sent",
        "mail-approval-bounced",
        "payment-settled",
    ],
)
def test_mails_reports_and_settlements_after_the_end_are_valid(kind: str) -> None:
    kinds = ["order-placed", "order-completed", kind]
    snapshot = replace(a_snapshot(an_order(event_count=3)), events=events(*kinds))
    assert violations_in(snapshot) == []


def test_a_changed_deadline_is_detected() -> None:
    found = violations_in(a_snapshot(), ObservedOrder(ID, deadlines={999}))
    assert any(wrong.startswith("deadline: ") for wrong in found)


@pytest.mark.parametrize(
    ("epoch", "executions", "wrong"),
    [
        (1, ["ABORTED", "FAILED"], "epoch 1, executions"),
        (2, ["SUCCEEDED", "SUCCEEDED"], "an execution that lost the order succeeded"),
        (2, ["ABORTED", TAKEN_OVER], "no execution owns the order"),
    ],
)
def test_each_epoch_has_its_execution_and_the_last_one_owns_the_order(
    epoch: int, executions: list[str], wrong: str
) -> None:
    found = violations_in(
        a_snapshot(an_order(epoch=epoch)), ObservedOrder(ID, executions=executions)
    )
    assert [one.startswith(f"epochs: {ID}: {wrong}") for one in found] == [True]


def test_an_execution_may_find_that_another_one_owns_its_order() -> None:
    observed = ObservedOrder(ID, executions=[TAKEN_OVER, "SUCCEEDED"])
    assert violations_in(a_snapshot(an_order(epoch=2)), observed) == []


LEAKS = [
    ObservedOrder(ID, histories="… alice.adler@example.com …"),
    ObservedOrder(ID, responses=('{"name": "Bob Birnbaum"}',)),
    ObservedOrder(ID, tokens={"a-token"}, responses=('{"x": "a-token"}',)),
]


@pytest.mark.parametrize("observed", LEAKS, ids=["e-mail", "name", "token"])
def test_personal_data_and_tokens_are_detected(observed: ObservedOrder) -> None:
    found = violations_in(a_snapshot(), observed)
    assert any(wrong.startswith("privacy: ") for wrong in found)


def test_a_write_after_the_end_is_detected() -> None:
    assert list(unchanged_ends([an_order()], a_snapshot())) == []
    assert list(unchanged_ends([an_order()], a_snapshot(an_order(applied=7))))
    assert list(unchanged_ends([an_order(stage="payment")], a_snapshot())) == []
