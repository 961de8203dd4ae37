"""Races on AWS's DynamoDB Local: in any order, nothing is lost, duplicated or oversold."""

from collections import Counter
from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from lambdas.activities.approval import apply_signals
from lambdas.activities.inventory import reserve_stock
from lambdas.activities.order_status import update_order_status
from lambdas.activities.payment import process_payment
from lambdas.adapters.orders.dynamodb_orders import DynamoDBOrders
from lambdas.adapters.system_clock import SystemClock
from lambdas.domain.errors import (
    CustomerCapReached,
    InboxFull,
    OrderError,
    SignalNotAdmitted,
    StoreConflict,
)
from lambdas.domain.record.order import Order
from lambdas.domain.record.signals import SignalKind
from lambdas.domain.record.stages import Stage
from lambdas.domain.record.usage import CustomerCaps
from lambdas.domain.steps.start import IdempotencyKey
from tests.dynamodb_local.deployment import Deployment
from tests.dynamodb_local.together import CALLERS, together
from tests.support import tables
from tests.support.builders import a_signal
from tests.support.occupied import Locks
from tests.support.requests import REQUEST

ROUNDS = [0, *(pytest.param(number, marks=pytest.mark.proof) for number in range(1, 4))]
"""Each round is another interleaving. One finds what a change breaks at once."""


def waiting(deployment: Deployment) -> Order:
    order = deployment.place(MUG_RED=2)
    deployment.run(reserve_stock, order)
    return deployment.now(order)


def accepted(answers: list[Any]) -> list[Any]:
    return [answer for answer in answers if not isinstance(answer, OrderError)]


@pytest.mark.parametrize("round_", ROUNDS)
def test_many_signals_at_once_are_all_kept_and_applied_in_one_order(
    dynamodb: Any, round_: int
) -> None:
    deployment = Deployment(dynamodb, {"MUG-RED": 60})
    order = waiting(deployment)
    kinds = [*SignalKind] * (CALLERS // 3)
    signals = [a_signal(kind) for kind in kinds]
    send = deployment.deps.workflow.signal

    answers = together([partial(send, order.order_id, one) for one in signals])
    kept = deployment.now(order)
    deployment.run(apply_signals, order)

    assert len(kept.inbox) == len(accepted(answers))
    assert {type(answer) for answer in answers if isinstance(answer, OrderError)} <= {
        SignalNotAdmitted,
        InboxFull,
    }
    after = deployment.now(order)
    assert set(after.outcomes) == {signal.signal_id for signal in after.inbox}
    assert after.stage is Stage.COMPENSATING  # an accepted cancel wins
    assert deployment.problems() == []


@pytest.mark.parametrize("round_", ROUNDS)
def test_a_cancel_and_the_completion_have_one_winner(dynamodb: Any, round_: int) -> None:
    deployment = Deployment(dynamodb, {"MUG-RED": 10})
    order = waiting(deployment)
    deployment.deps.workflow.signal(order.order_id, a_signal())
    deployment.run(apply_signals, order)
    deployment.run(process_payment, order)
    send = deployment.deps.workflow.signal
    cancels = [a_signal(SignalKind.CANCEL_ORDER) for _ in range(CALLERS // 2)]

    answers = together(
        [partial(send, order.order_id, cancel) for cancel in cancels]
        + [partial(deployment.run, update_order_status, order)] * (CALLERS // 2)
    )

    completed = deployment.now(order).stage is Stage.COMPLETED
    assert bool(accepted(answers[: len(cancels)])) is not completed
    assert deployment.problems() == []


def test_fifty_of_two_hundred_orders_get_the_fifty_units(dynamodb: Any) -> None:
    deployment = Deployment(dynamodb, {"HOT-SKU": 50})
    orders = [deployment.place(HOT_SKU=1) for _ in range(200)]

    answers: list[Any] = []
    for first in range(0, len(orders), CALLERS):
        some = orders[first : first + CALLERS]
        answers += together([partial(deployment.run, reserve_stock, one) for one in some])

    kinds = Counter(type(answer).__name__ for answer in answers if isinstance(answer, OrderError))
    assert kinds == {"InsufficientStock": 150}
    assert len(accepted(answers)) == 50
    assert sum(deployment.now(order).reserved for order in orders) == 50
    assert deployment.problems() == []


@pytest.mark.parametrize("units", [60, pytest.param(800, marks=pytest.mark.proof)])
def test_orders_for_a_busy_sku_are_sold_and_refused_by_its_units_alone(
    dynamodb: Any, units: int
) -> None:
    """Every transaction has the stock's items for 10 ms; those that overlap are refused."""
    deployment = Deployment(dynamodb, {"HOT-SKU": units}, clock=SystemClock())
    locks = Locks(seconds=0.01)
    locks.attach(dynamodb)
    orders = [deployment.place(HOT_SKU=10) for _ in range(CALLERS)]

    answers = together([partial(deployment.run, reserve_stock, one) for one in orders])
    held = [one for one in orders if deployment.now(one).reserved]
    between = deployment.problems()
    for order in held:
        deployment.deps.workflow.signal(order.order_id, a_signal())
        deployment.run(apply_signals, order)
        deployment.run(process_payment, order)
    together([partial(deployment.run, update_order_status, one) for one in held])

    assert locks.refused > 0
    kinds = Counter(type(answer).__name__ for answer in answers if isinstance(answer, OrderError))
    assert kinds == Counter({"InsufficientStock": CALLERS - len(held)})
    assert len(held) == min(CALLERS, units // 10)
    assert {deployment.now(order).stage for order in held} == {Stage.COMPLETED}
    assert between == deployment.problems() == []


@pytest.mark.parametrize(
    "activity", [reserve_stock, apply_signals, process_payment, update_order_status]
)
def test_an_activity_that_runs_many_times_at_once_has_its_effect_once(
    dynamodb: Any, activity: Any
) -> None:
    deployment = Deployment(dynamodb, {"MUG-RED": 10})
    order = deployment.place(MUG_RED=2)
    for step in (reserve_stock, apply_signals, process_payment, update_order_status):
        if step is apply_signals:
            deployment.deps.workflow.signal(order.order_id, a_signal())
        if step is activity:
            together([partial(deployment.run, activity, order)] * 16)
        else:
            deployment.run(step, order)

    assert deployment.now(order).stage is Stage.COMPLETED
    assert deployment.problems() == []


def test_concurrent_requests_with_one_key_create_one_order(dynamodb: Any) -> None:
    deployment = Deployment(dynamodb, {"MUG-RED": 10})
    key = IdempotencyKey(principal="alice", key="same", fingerprint="f")
    request = replace(REQUEST, items=(("MUG-RED", 1),))

    answers = together([partial(deployment.deps.workflow.start, request, key)] * CALLERS)

    assert len({order.order_id for order, _ in answers}) == 1
    assert sum(new for _, new in answers) == 1
    assert deployment.problems() == []


def test_callers_at_once_place_exactly_as_many_orders_as_the_cap_allows(dynamodb: Any) -> None:
    deployment = Deployment(dynamodb, {"MUG-RED": 100})
    deployment.deps.store = DynamoDBOrders(
        dynamodb,
        orders_table=tables.ORDERS,
        inventory_table=tables.INVENTORY,
        caps=CustomerCaps(orders=5),
    )

    def place() -> bool:
        while True:
            try:
                deployment.place(MUG_RED=1)
            except StoreConflict:
                continue
            except CustomerCapReached:
                return False
            else:
                return True

    assert sum(together([place] * 16)) == 5
    assert deployment.problems() == []
