"""The in-memory store gives the same answers as AWS's DynamoDB Local."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.adapters.store.stores import InMemory, OnDynamoDB
from tests.dynamodb_local.operations import (
    SKUS,
    Operation,
    StoreSession,
    answer,
    operations,
    refused_operations,
    some_orders,
)
from tests.dynamodb_local.server import DynamoDBLocal
from tests.support.tables import create_tables

SOME, MANY, STEPS = 15, 150, 30
REFUSALS = {
    "IdempotencyMismatch",
    "InsufficientStock",
    "LedgerMismatch",
    "OrderNotFound",
    "StoreConflict",
}


def test_some_sequences_of_operations_get_the_same_answers(server: DynamoDBLocal) -> None:
    compare_sequences(server, SOME)


@pytest.mark.proof
def test_many_sequences_of_operations_get_the_same_answers(server: DynamoDBLocal) -> None:
    compare_sequences(server, MANY)


def compare_sequences(server: DynamoDBLocal, examples: int) -> None:
    answered: Counter[str] = Counter()

    @settings(max_examples=examples)
    @example(refused_operations())
    @given(sequence=st.lists(operations, min_size=5, max_size=STEPS))
    def compare_stores(sequence: list[Operation]) -> None:
        answered.update(compare(stores(server), sequence))

    compare_stores()
    assert answered["answer"] > examples
    assert answered.keys() >= REFUSALS


def stores(server: DynamoDBLocal) -> tuple[InMemory, OnDynamoDB]:
    """Both stores with the same stock."""
    client: Any = server.client()
    create_tables(client)
    pair = InMemory(), OnDynamoDB(client)
    for under in pair:
        for sku in SKUS:
            under.put_stock(sku, available=1, held=1)
    return pair


def compare(pair: tuple[InMemory, OnDynamoDB], sequence: list[Operation]) -> Iterator[str]:
    """Run the operations on both stores; their answers and their records at the end must be equal.
    Yields the kinds of the answers.
    """
    orders = some_orders()
    fake, real = (StoreSession(under, orders) for under in pair)
    for operation in sequence:
        ours, theirs = answer(operation, fake), answer(operation, real)
        assert ours == theirs
        yield ours if isinstance(ours, str) else "answer"
    assert [fake.newest(i) for i in range(len(orders))] == [
        real.newest(i) for i in range(len(orders))
    ]
    assert [fake.under.stock_counters(sku) for sku in SKUS] == [
        real.under.stock_counters(sku) for sku in SKUS
    ]
