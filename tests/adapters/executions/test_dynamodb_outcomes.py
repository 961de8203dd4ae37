"""Outcomes of executions beside their orders: written once, read many at a time."""

from dataclasses import replace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from lambdas.adapters.executions.dynamodb_outcomes import DynamoDBOutcomes
from lambdas.adapters.orders.dynamodb_index import DynamoDBOrderIndex
from lambdas.domain.errors import StoreUnavailable
from lambdas.domain.executions import ExecutionOutcome
from lambdas.domain.record.order import Order
from tests.support import tables
from tests.support.builders import an_order_id
from tests.support.fakes.fake_clock import NOW
from tests.support.faults import answer


@pytest.fixture
def outcomes(dynamodb: Any) -> DynamoDBOutcomes:
    return DynamoDBOutcomes(dynamodb, orders_table=tables.ORDERS)


@pytest.fixture
def outcome(order: Order) -> ExecutionOutcome:
    return ExecutionOutcome(
        order_id=order.order_id,
        epoch=2,
        verdict="completed",
        reason="every step succeeded",
        started_at=NOW,
        stopped_at=None,
    )


def test_an_outcome_makes_the_round_trip(
    outcomes: DynamoDBOutcomes, outcome: ExecutionOutcome
) -> None:
    outcomes.add(outcome)

    keys = [(outcome.order_id, 2), (an_order_id(), 1)]
    assert outcomes.find(keys) == {outcome.order_id: outcome}
    assert outcomes.find([(outcome.order_id, 1)]) == {}
    assert outcomes.find([]) == {}


def test_two_orders_have_an_outcome_each(
    outcomes: DynamoDBOutcomes, outcome: ExecutionOutcome
) -> None:
    other = replace(outcome, order_id=an_order_id(), verdict="rejected")
    for one in (outcome, other):
        outcomes.add(one)

    found = outcomes.find([(one.order_id, 2) for one in (outcome, other)])
    assert found == {one.order_id: one for one in (outcome, other)}


def test_the_first_outcome_stays(outcomes: DynamoDBOutcomes, outcome: ExecutionOutcome) -> None:
    outcomes.add(outcome)
    outcomes.add(replace(outcome, verdict="defect"))

    assert outcomes.find([(outcome.order_id, 2)]) == {outcome.order_id: outcome}


def test_an_outcome_is_in_no_list_and_no_timeline(
    dynamodb: Any, store: Any, outcomes: DynamoDBOutcomes, order: Order, outcome: ExecutionOutcome
) -> None:
    outcomes.add(outcome)

    index = DynamoDBOrderIndex(dynamodb, orders_table=tables.ORDERS)
    page = index.page(stage=None, customer_id=None, limit=9, cursor=None)
    assert page.orders == (order,)
    assert store.timeline(order.order_id) == ()


def test_errors_are_those_of_a_store(
    dynamodb: Any, outcomes: DynamoDBOutcomes, outcome: ExecutionOutcome
) -> None:
    answer(dynamodb, "PutItem", "ThrottlingException")
    with pytest.raises(StoreUnavailable):
        outcomes.add(outcome)
    answer(dynamodb, "BatchGetItem", "ThrottlingException")
    with pytest.raises(StoreUnavailable):
        outcomes.find([(outcome.order_id, 2)])
    answer(dynamodb, "PutItem", "AccessDeniedException")
    with pytest.raises(ClientError):
        outcomes.add(outcome)
