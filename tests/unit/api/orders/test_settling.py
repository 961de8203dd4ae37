"""Settling a stuck refund that was paid outside the provider: two operators, one ledger."""

from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from lambdas.domain.record.ledger import DEBT, DISPUTE, PAY, Effect, EffectState
from lambdas.domain.record.order import Order
from lambdas.domain.record.stages import Stage
from lambdas.services.payment_comparison import DAY_MS
from tests.support.api_caller import ALICE, OPERATOR, Answer, ApiCaller, Claims, a_person
from tests.support.builders import a_stuck_order, an_order
from tests.support.fakes.fake_clock import NOW
from tests.support.world import World

OTHER_OPERATOR = a_person("operator2", "operator")
PAID = {
    "settled": "refund-paid",
    "amount_minor": 2500,
    "currency": "EUR",
    "evidence": "bank transfer 4711",
}


@pytest.fixture
def order(world: World) -> Order:
    stuck = a_stuck_order()
    world.store.put(stuck)
    return stuck


def settle(
    api: ApiCaller, order: Order, claims: Claims | None = OPERATOR, **changes: Any
) -> Answer:
    return api.post(f"/ops/orders/{order.order_id}/settle", {**PAID, **changes}, claims)


def test_a_request_waits_for_another_operator(api: ApiCaller, world: World, order: Order) -> None:
    answer = settle(api, order)

    assert answer.status == 202
    assert answer.json["settlement"] == {
        "settlement_id": answer.json["settlement"]["settlement_id"],
        **PAID,
        "dispute": None,
        "requested_by": "operator1",
        "requested_at": "2026-01-01T00:00:00.000Z",
        "confirmed_by": None,
        "confirmed_at": None,
        "confirmation": None,
    }
    assert world.now(order).ledger[PAY].stuck
    assert world.now(order).next_check_at == order.next_check_at
    assert [event.kind for event in world.store.timeline(order.order_id)] == [
        "settlement-requested"
    ]


def test_the_confirmation_of_another_operator_ends_the_stuck_refund(
    api: ApiCaller, world: World, order: Order
) -> None:
    requested = settle(api, order).json["settlement"]["settlement_id"]

    answer = settle(api, order, OTHER_OPERATOR, confirm=requested, evidence="seen on the account")

    after = world.now(order)
    assert (answer.status, answer.json["settlement"]["confirmed_by"]) == (200, "operator2")
    assert (after.ledger[PAY].state, after.ledger[PAY].refunded_minor) == (EffectState.UNDONE, 2500)
    assert not after.charged
    assert (after.epoch, after.execution in world.engine.running) == (2, True)
    kinds = [event.kind for event in world.store.timeline(order.order_id)]
    assert kinds[:2] == ["settlement-requested", "payment-settled"]


def test_the_same_operator_cannot_confirm(api: ApiCaller, world: World, order: Order) -> None:
    requested = settle(api, order).json["settlement"]["settlement_id"]

    answer = settle(api, order, OPERATOR, confirm=requested)

    assert answer.status == 403
    assert "another operator must confirm" in answer.json["detail"].lower()
    assert world.now(order).ledger[PAY].stuck


def test_a_repeated_request_and_confirmation_change_nothing(
    api: ApiCaller, world: World, order: Order
) -> None:
    first, again = settle(api, order), settle(api, order)
    requested = first.json["settlement"]["settlement_id"]
    assert again.json == first.json

    settle(api, order, OTHER_OPERATOR, confirm=requested)
    confirmed = world.now(order)

    assert settle(api, order, OTHER_OPERATOR, confirm=requested).status == 200
    assert world.now(order) == confirmed


@pytest.mark.parametrize(
    "change",
    [
        {"amount_minor": -1},
        {"amount_minor": "2500"},
        {"evidence": " "},
        {"settled": "charged"},
        {"currency": "euro"},
    ],
)
def test_a_malformed_request_is_refused(
    api: ApiCaller, order: Order, change: dict[str, Any]
) -> None:
    assert settle(api, order, **change).status == 422


def test_a_confirmation_during_an_attempt_to_refund_is_refused(
    api: ApiCaller, world: World, order: Order
) -> None:
    requested = settle(api, order).json["settlement"]["settlement_id"]
    current = world.now(order)
    attempt = current.with_effect(PAY, replace(current.ledger[PAY], stuck=False))
    world.store.put(attempt)

    assert settle(api, order, OTHER_OPERATOR, confirm=requested).status == 409


def test_staff_see_the_settlement_of_an_order(api: ApiCaller, order: Order) -> None:
    settle(api, order)
    path = f"/orders/{order.order_id}"

    assert api.get(path, OPERATOR).json["settlement"]["evidence"] == "bank transfer 4711"
    assert api.get(path, ALICE).json["settlement"] is None


def test_the_debt_of_an_ended_order_is_settled_and_the_order_stays_ended(
    api: ApiCaller, world: World
) -> None:
    order = an_order(Stage.CANCELLED)
    debt = Effect(key="debt:1", state=EffectState.INTENT, at=NOW, amount_minor=2500)
    world.store.put(order.with_effect(DEBT, debt))

    requested = settle(api, order).json["settlement"]["settlement_id"]
    answer = settle(api, order, OTHER_OPERATOR, confirm=requested)

    after = world.now(order)
    assert (answer.status, after.stage, after.epoch) == (200, Stage.CANCELLED, 1)
    assert (after.ledger[DEBT].state, after.ledger[DEBT].refunded_minor) == (
        EffectState.UNDONE,
        2500,
    )
    assert world.engine.running == set()
    assert settle(api, order, evidence="another transfer").status == 409


LOST: dict[str, Any] = {"settled": "dispute-lost", "amount_minor": 1000}


def disputed(world: World, order: Order) -> Order:
    entry = Effect(key="dispute:1", state=EffectState.INTENT, at=NOW, amount_minor=1000)
    world.store.put(order.with_effect(DISPUTE, entry))
    return order


@pytest.mark.parametrize(
    ("stage", "epoch"), [(Stage.COMPLETED, 1), (Stage.STATUS_UPDATE, 1), (Stage.COMPENSATING, 2)]
)
def test_the_end_of_a_dispute_continues_a_compensation_only(
    api: ApiCaller, world: World, stage: Stage, epoch: int
) -> None:
    order = disputed(world, an_order(stage, charged=True))

    assert settle(api, order, dispute="dispute-2", **LOST).status == 409
    requested = settle(api, order, **LOST).json["settlement"]
    assert (requested["dispute"], requested["confirmed_at"]) == ("dispute", None)
    answer = settle(api, order, OTHER_OPERATOR, confirm=requested["settlement_id"], **LOST)

    after = world.now(order)
    assert (answer.status, after.stage, after.epoch) == (200, stage, epoch)
    assert after.ledger[DISPUTE].state is EffectState.DONE
    assert api.get(f"/orders/{order.order_id}", OPERATOR).json["dispute"] == "lost"


def test_a_dispute_of_an_unknown_payment_is_reported_until_two_operators_end_it(
    api: ApiCaller, world: World
) -> None:
    order = world.place(Stage.COMPLETED, charged=True)
    world.payments.payments.clear()
    order = disputed(world, world.now(order))
    compare = partial(world.deps.payment_comparison.compare, NOW + DAY_MS, NOW + 2 * DAY_MS)
    assert compare() == {"different": 1}

    requested = settle(api, order, **LOST).json["settlement"]["settlement_id"]
    settle(api, order, OTHER_OPERATOR, confirm=requested, **LOST)

    assert compare() == {}
