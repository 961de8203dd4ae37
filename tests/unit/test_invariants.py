"""The checker of the invariants notices each way of breaking them."""

from collections.abc import Callable
from typing import Any

import pytest

from lambdas.adapters.orders.order_records import to_record
from lambdas.domain.record.signals import SignalKind
from lambdas.domain.record.stages import Stage
from tests.support.builders import a_signal, an_order
from tests.support.invariants import (
    acceptance_problems,
    leaks,
    problems,
    timeline_problems,
    transition_problems,
)

Record = dict[str, Any]
CANCEL = a_signal(SignalKind.CANCEL_ORDER, signal_id="C")
SIGNALLED: dict[str, Any] = {
    "inbox": (CANCEL,),
    "applied": 1,
    "outcomes": {"C": "applied"},
    "cancel_requested_at": 1,
}


class Tables:
    """Records that agree with each other, to be broken by a test."""

    def __init__(self, stage: Stage, **changes: Any) -> None:
        self.order: Record = to_record(an_order(stage, **changes))
        counts = {Stage.COMPLETED: (8, 0, 2), Stage.CANCELLED: (10, 0, 0)}.get(stage, (8, 2, 0))
        self.sku: Record = {"sku": "COFFEE-1KG", "available": counts[0]}
        self.sku |= {"held": counts[1], "sold": counts[2]}
        paid = 2500 if stage in (Stage.COMPLETED, Stage.STATUS_UPDATE) else 0
        self.payment: Record = {"payment_key": f"pay:{self.order['order_id']}"}
        self.payment |= {"captured_minor": paid, "refunded_minor": 0}

    def problems(self) -> list[str]:
        return problems([self.order], [self.sku], [self.payment], {"COFFEE-1KG": 10})


CONSISTENT = [
    Tables(Stage.AWAITING_APPROVAL),
    Tables(Stage.STATUS_UPDATE),
    Tables(Stage.COMPLETED),
    Tables(Stage.CANCELLED, **SIGNALLED),
]


@pytest.mark.parametrize("tables", CONSISTENT, ids=lambda tables: tables.order["stage"])
def test_tables_that_agree_have_no_problems(tables: Tables) -> None:
    assert tables.problems() == []


BROKEN: list[tuple[Stage, dict[str, Any], Callable[[Tables], Any], str]] = [
    (Stage.COMPLETED, {}, lambda t: t.sku.update(sold=3), "are not 10 units"),
    (Stage.COMPLETED, {}, lambda t: t.sku.update(available=11, held=-3), "negative"),
    (Stage.COMPLETED, {}, lambda t: t.sku.update(held=1, sold=1), "orders say 0, 2"),
    (Stage.COMPLETED, {}, lambda t: t.payment.update(captured_minor=0), "kept 0"),
    (Stage.COMPLETED, {}, lambda t: t.payment.update(captured_minor=5000), "approved 2500"),
    (Stage.COMPLETED, {}, lambda t: t.payment.update(refunded_minor=1), "kept 2499"),
    (Stage.COMPLETED, {}, lambda t: t.payment.update(refunded_minor=2501), "refunded 2501"),
    (Stage.COMPLETED, {}, lambda t: t.payment.update(payment_key="pay:X"), "for no order"),
    (Stage.COMPLETED, {}, lambda t: t.order.update(charged=False), "without payment"),
    (Stage.COMPLETED, {}, lambda t: t.order.update(open_shard="1"), "index of open orders"),
    (Stage.COMPLETED, SIGNALLED, lambda t: None, "cancel ended completed"),
    (Stage.CANCELLED, {}, lambda t: t.payment.update(captured_minor=1), "1 were kept"),
    (Stage.CANCELLED, {}, lambda t: t.order.update(reserved=True), "not undone"),
    (Stage.CANCELLED, {}, lambda t: t.order["ledger"]["reserve"].update(state="done"), "owes"),
    (Stage.CANCELLED, {}, lambda t: t.order.update(cancelled=False), "cancelled=False"),
    (Stage.CANCELLED, SIGNALLED, lambda t: t.order.update(outcomes={}), "outcomes []"),
    (Stage.CANCELLED, SIGNALLED, lambda t: t.order.update(applied=0, outcomes={}), "1 signals"),
    (Stage.CANCELLED, SIGNALLED, lambda t: t.order.update(inbox=[]), "disagree"),
    (Stage.CANCELLED, SIGNALLED, lambda t: t.order["outcomes"].update(C="odd"), "'odd'"),
    (Stage.CANCELLED, SIGNALLED, lambda t: t.order.update(signal_ids={"X"}), "signal_ids"),
    (Stage.CANCELLED, SIGNALLED, lambda t: t.order["inbox"].append(t.order["inbox"][0]), "2 times"),
    (Stage.PAYMENT, {}, lambda t: t.order.update(open_shard=None), "missing from `open`"),
]


@pytest.mark.parametrize(("stage", "changes", "spoil", "problem_text"), BROKEN)
def test_tables_that_disagree_are_noticed(
    stage: Stage, changes: dict[str, Any], spoil: Callable[[Tables], Any], problem_text: str
) -> None:
    tables = Tables(stage, **changes)
    spoil(tables)

    assert [problem for problem in tables.problems() if problem_text in problem] != []


TRANSITIONS: list[tuple[Stage, dict[str, Any], str]] = [
    (Stage.COMPLETED, {"stage": "failed"}, "stage written after the end"),
    (Stage.CANCELLED, {"items": []}, "items written after the end"),
    (Stage.COMPLETED, {"ledger": {}}, "payment written after the end"),
    (Stage.AWAITING_APPROVAL, {"approval_deadline": 1}, "the deadline moved to 1"),
    (Stage.COMPENSATING, {"stage": "payment"}, "continued to payment"),
    (Stage.PAYMENT, {"epoch": 0}, "epoch went back to 0"),
    (Stage.PAYMENT, {"sequence": 9}, "sequence 1 -> 9"),
    (Stage.PAYMENT, {"inbox": []}, "an accepted signal vanished"),
    (Stage.PAYMENT, {"outcomes": {"C": "stale"}}, "the outcome of C changed"),
]


@pytest.mark.parametrize(("stage", "change", "problem_text"), TRANSITIONS)
def test_a_write_that_may_not_be_is_noticed(
    stage: Stage, change: dict[str, Any], problem_text: str
) -> None:
    before = to_record(an_order(stage, **SIGNALLED))
    allowed = {**before, "sequence": before["sequence"] + 1}

    assert transition_problems(before, allowed) == []
    assert [
        p for p in transition_problems(before, {**allowed, **change}) if problem_text in p
    ] != []


@pytest.mark.parametrize("accepted", [[], ["C", "D"], ["D"]])
def test_a_signal_that_was_answered_but_not_kept_is_noticed(accepted: list[str]) -> None:
    meta = to_record(an_order(**SIGNALLED))

    assert acceptance_problems(meta, ["C"]) == []
    assert acceptance_problems(meta, accepted) != []


@pytest.mark.parametrize(
    "events", [[], [(2, 1), (1, 1)], [(1, 1), (3, 1)], [(1, 2), (2, 1)], [(1, 1)]]
)
def test_a_timeline_with_gaps_or_out_of_order_is_noticed(events: list[tuple[int, int]]) -> None:
    meta = to_record(an_order(event_count=2))
    good = [{"number": 1, "at": 1}, {"number": 2, "at": 1}]

    assert timeline_problems(meta, good) == []
    assert timeline_problems(meta, [{"number": n, "at": at} for n, at in events]) != []


def test_a_secret_in_a_text_is_noticed() -> None:
    assert leaks("the token is T-1", ["T-1", "alice@example.com", ""]) == ["T-1"]
