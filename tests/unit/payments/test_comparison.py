"""The daily comparison of the ledger with the payment provider."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from types import SimpleNamespace

import pytest

from lambdas.domain.errors import LedgerMismatch, OperationsUnavailable
from lambdas.domain.payment_differences import Difference, DifferenceKind
from lambdas.domain.payments import DisputeState, Payment, PaymentState
from lambdas.domain.record.ledger import DEBT, DISPUTE, Effect, EffectState, dispute_standing
from lambdas.domain.record.money import Money
from lambdas.domain.record.order import Order
from lambdas.domain.record.stages import Stage
from lambdas.handlers import comparison_handler
from lambdas.services.payment_comparison import BATCH_SIZE, DAY_MS, LATE_MS, Work
from lambdas.ulid import ulid_of
from tests.support.fakes.fake_clock import NOW
from tests.support.telemetry import captured_log, lines
from tests.support.world import World

Kind = DifferenceKind
SINCE, UNTIL = NOW, NOW + DAY_MS


def a_paid_order(world: World, at: int = NOW, **changes: object) -> Order:
    """A completed order that was placed and paid at a time."""
    order_id = ulid_of(at, len(world.payments.payments) + 1)
    return world.place(Stage.COMPLETED, order_id=order_id, total=4200, **changes)


def a_cancelled_order(world: World) -> Order:
    """An order that was charged and refunded."""
    order = world.place(Stage.STATUS_UPDATE, order_id=ulid_of(NOW, 99), total=4200)
    world.cancel(order)
    world.compensate(order)
    return world.now(order)


def reference(order: Order) -> str:
    return f"pay:{order.order_id}"


def compare(world: World, since: int = SINCE) -> dict[str, int]:
    with captured_log():
        return world.deps.payment_comparison.compare(since, since + DAY_MS)


def reported(world: World) -> list[tuple[str, str, str]]:
    found = world.operations.differences
    return [(one.kind, one.order_id, one.reference) for one in found]


def test_orders_and_payments_that_agree_are_compared_without_a_look_up(world: World) -> None:
    for _ in range(20):
        a_paid_order(world)
    a_cancelled_order(world)
    world.payments.calls.clear()
    sizes: list[int] = []

    def call_each(work: Work, batch: Sequence[str]) -> Iterable[str]:
        sizes.append(len(batch))
        return map(work, batch)

    comparison = replace(world.deps.payment_comparison, call_each=call_each)

    assert comparison.compare(SINCE, UNTIL) == {"same": 21}

    assert sizes == [BATCH_SIZE, 21 - BATCH_SIZE]
    assert world.payments.calls == ["list moved"]
    assert reported(world) == []


def test_money_of_an_unknown_order_of_a_foreign_payment_and_of_a_second_one_is_reported(
    world: World,
) -> None:
    order, amount = a_paid_order(world), Money(4200, "EUR")
    foreign = world.payments.charge("gift:1", amount)
    lost = world.payments.charge("pay:01J0000000000000000000000Z", amount)
    second = world.payments.charge(reference(order), amount)

    assert compare(world) == {"same": 1, "different": 3}

    assert {difference.currency for difference in world.operations.differences} == {"EUR"}
    assert reported(world) == [
        (Kind.UNKNOWN_PAYMENT, "", foreign),
        (Kind.UNKNOWN_PAYMENT, "", lost),
        (Kind.UNKNOWN_PAYMENT, order.order_id, second),
    ]


def test_a_refund_of_a_completed_order_weeks_later_is_reported(world: World) -> None:
    order = a_paid_order(world)
    world.clock.advance(60 * 86_400)
    later = world.clock.now()
    world.payments.refund("by hand", reference(order), Money(300, "EUR"))

    assert compare(world, later) == {"different": 1}

    [difference] = world.operations.differences
    assert (difference.kind, difference.order_id) == (Kind.REFUNDED, order.order_id)
    assert (difference.captured_minor, difference.refunded_minor) == (4200, 300)
    assert difference.currency == "EUR"
    assert world.now(order) == order


def test_a_payment_that_the_provider_does_not_have_or_never_captured_is_reported(
    world: World,
) -> None:
    missing, voided = a_paid_order(world), a_paid_order(world)
    del world.payments.payments[reference(missing)]
    book = world.payments.payments[reference(voided)]
    book.captured, book.state, book.moved_at = None, PaymentState.VOIDED, []

    assert compare(world) == {"different": 2}

    found = {difference.kind: difference for difference in world.operations.differences}
    assert found[Kind.MISSING_PAYMENT] == Difference(
        kind=Kind.MISSING_PAYMENT,
        reference=reference(missing),
        order_id=missing.order_id,
        currency="EUR",
        captured_minor=0,
        refunded_minor=0,
    )
    assert set(reported(world)) == {
        (Kind.MISSING_PAYMENT, missing.order_id, reference(missing)),
        (Kind.NOT_CAPTURED, voided.order_id, reference(voided)),
    }


def test_an_order_that_ends_long_after_it_was_placed_is_compared_then(world: World) -> None:
    order = a_paid_order(world, updated_at=NOW + DAY_MS)
    open_order = world.place(Stage.STATUS_UPDATE, order_id=ulid_of(NOW, 50), total=4200)
    del world.payments.payments[reference(order)]
    del world.payments.payments[reference(open_order)]
    early = a_paid_order(world, at=NOW + DAY_MS - 1, updated_at=NOW + DAY_MS - 1)
    del world.payments.payments[reference(early)]

    assert compare(world, NOW + LATE_MS) == {"different": 1}

    assert reported(world) == [(Kind.MISSING_PAYMENT, order.order_id, reference(order))]


def test_orders_of_other_days_are_not_read(world: World) -> None:
    for at in (NOW - 1, NOW + DAY_MS):
        del world.payments.payments[reference(a_paid_order(world, at))]
    first = a_paid_order(world, NOW)
    last = a_paid_order(world, NOW + DAY_MS - 1)
    for order in (first, last):
        world.payments.payments[reference(order)].moved_at = []

    assert compare(world) == {"same": 2}


def test_more_orders_than_one_page_are_read(world: World) -> None:
    for _ in range(201):
        order = a_paid_order(world)
        world.payments.payments[reference(order)].moved_at = []

    assert compare(world) == {"same": 201}


def test_a_debt_that_the_provider_did_not_report_is_reported_and_recorded(world: World) -> None:
    order = a_cancelled_order(world)
    world.payments.payments[reference(order)].refunds = {}

    assert compare(world) == {"different": 1}

    assert reported(world) == [(Kind.DEBT_NOT_RECORDED, order.order_id, reference(order))]
    assert world.operations.payments == [(order.order_id, "refund-failed", 4200)]
    assert world.now(order).ledger[DEBT].amount_minor == 4200
    assert compare(world) == {"same": 1}


def test_the_end_of_a_dispute_that_was_not_reported_is_found_however_old_the_order_is(
    world: World,
) -> None:
    lost, undecided = a_paid_order(world), a_paid_order(world)
    old = Effect(key="dispute:1", state=EffectState.INTENT, at=NOW, amount_minor=4200)
    for order in (lost, undecided):
        world.store.put(world.now(order).with_effect(DISPUTE, old))
        world.payments.payments[reference(order)].dispute(DisputeState.OPEN)
    world.payments.payments[reference(lost)].dispute(DisputeState.LOST)
    much_later = SINCE + 90 * DAY_MS

    assert compare(world, much_later) == {"different": 1, "same": 1}

    kind = Kind.DISPUTE_NOT_RECORDED
    assert reported(world) == [(kind, lost.order_id, reference(lost))]
    assert dispute_standing(world.now(lost).ledger) == "lost"
    assert world.operations.payments == [(lost.order_id, "dispute-lost", 4200)]
    assert compare(world, much_later) == {"same": 1}


def test_a_list_that_is_older_than_the_order_is_no_difference(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = a_cancelled_order(world)
    older = Payment(
        state=PaymentState.CAPTURED,
        amount=Money(4200, "EUR"),
        key=reference(order),
        captured_minor=4200,
    )
    monkeypatch.setattr(world.payments, "list_moved", lambda *_: iter([(reference(order), older)]))

    assert compare(world) == {"same": 1}


def test_a_payment_that_cannot_be_compared_does_not_stop_the_others(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken, order = a_paid_order(world), a_paid_order(world)
    read = world.store.get

    def get(order_id: str) -> Order:
        if order_id == broken.order_id:
            raise KeyError("items")
        return read(order_id)

    monkeypatch.setattr(world.store, "get", get)
    monkeypatch.setattr(comparison_handler, "dependencies", lambda: world.deps)
    world.payments.refund("by hand", reference(order), Money(300, "EUR"))

    context = SimpleNamespace(aws_request_id="request-1")
    wrong = "^1 payments could not be compared$"
    with captured_log() as log, pytest.raises(comparison_handler.PaymentsNotCompared, match=wrong):
        comparison_handler.compare({"date": "2026-01-01"}, context)

    failed, differs, compared = sorted(lines(log.getvalue()), key=lambda line: line["message"])[
        ::-1
    ]
    assert (failed["message"], failed["date"]) == ("payments compared", "2026-01-01")
    assert failed["payments"] == {"failed": 1, "different": 1}
    assert (differs["message"], differs["error"]) == ("payment not compared", "KeyError")
    assert (differs["reference"], failed["request_id"]) == (reference(broken), "request-1")
    assert "exception" in differs
    assert (compared["message"], compared["difference"]) == ("payment differs", Kind.REFUNDED)
    assert (compared["order_id"], compared["reference"]) == (order.order_id, reference(order))


def test_a_report_that_operations_cannot_take_is_repeated(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.payments.charge("gift:1", Money(1, "EUR"))

    def unavailable(_: object) -> None:
        raise OperationsUnavailable("no answer")

    monkeypatch.setattr(world.operations, "report_difference", unavailable)

    with captured_log() as log:
        assert world.deps.payment_comparison.compare(SINCE, UNTIL) == {"failed": 1}
    *_, failed = lines(log.getvalue())
    assert (failed["error"], "exception" in failed) == ("OperationsUnavailable", False)


def test_the_day_before_is_compared_and_counted(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(comparison_handler, "dependencies", lambda: world.deps)
    a_paid_order(world)
    world.payments.charge("gift:1", Money(1, "EUR"))
    world.clock.advance(86_400 + 3 * 3600)

    with captured_log():
        done = comparison_handler.compare({}, None)

    assert done == {"date": "2026-01-01", "payments": {"same": 1, "different": 1}}
    [counted] = lines(capsys.readouterr().out)
    assert (counted["PaymentsCompared"], counted["PaymentDifference"]) == ([2.0], [1.0])


def test_a_look_up_of_a_listed_payment_that_is_gone_is_a_missing_payment(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = a_paid_order(world)
    world.payments.refund("by hand", reference(order), Money(300, "EUR"))

    def gone(_: str) -> Payment:
        raise LedgerMismatch("no payment under this reference")

    monkeypatch.setattr(world.payments, "look_up", gone)

    assert compare(world) == {"different": 1}
    assert reported(world) == [(Kind.MISSING_PAYMENT, order.order_id, reference(order))]
