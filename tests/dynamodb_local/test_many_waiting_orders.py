"""One hundred thousand overdue orders in the index `open`, on AWS's own DynamoDB."""

from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from lambdas.adapters.dynamodb.attribute_values import to_item
from lambdas.adapters.orders.order_records import OPEN_SHARDS, open_shard, order_key
from lambdas.domain.record.changes import CHECK_SOON_MS
from lambdas.domain.record.order import Order
from lambdas.domain.record.stages import Stage
from lambdas.services.janitor_sweep import CHECKS_PER_SECOND, SWEEP_LIMIT
from tests.dynamodb_local.deployment import Deployment
from tests.support import tables
from tests.support.builders import a_signal, an_order
from tests.support.fakes.fake_clock import NOW
from tests.support.fakes.fake_engine import FakeEngine

pytestmark = pytest.mark.proof

WAITING = 100_000
HOUR_MS = 3_600_000
BATCH = 25
"""The most items of one BatchWriteItem."""
READS, WRITES = 2, 1
"""Of a check that finds an order waiting: its record, and again if it is written; its next date."""


def overdue_keys(number: int) -> dict[str, Any]:
    """The attributes that the index needs of an order whose check is due for half an hour."""
    order_id = f"{number:026}"
    shard = open_shard(order_id, only_waits=True)
    return {**order_key(order_id), "open_shard": shard, "next_check_at": NOW - HOUR_MS // 2}


def batches(first: int) -> Iterator[Sequence[dict[str, Any]]]:
    for start in range(first, WAITING, BATCH):
        numbers = range(start, min(start + BATCH, WAITING))
        yield [{"PutRequest": {"Item": to_item(overdue_keys(number))}} for number in numbers]


def engine_of(deployment: Deployment) -> FakeEngine:
    engine = deployment.deps.engine
    assert isinstance(engine, FakeEngine)
    return engine


@pytest.fixture
def crowded(dynamodb: Any) -> Deployment:
    """The first orders that a sweep finds are whole, the others only stand in the index."""
    deployment = Deployment(dynamodb, {})
    waiting = [
        an_order(order_id=f"{number:026}", next_check_at=NOW - HOUR_MS)
        for number in range(SWEEP_LIMIT)
    ]
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda order: tables.put_order(dynamodb, order), waiting))
        write = dynamodb.batch_write_item
        answers = threads.map(
            lambda some: write(RequestItems={tables.ORDERS: some}), batches(SWEEP_LIMIT)
        )
        assert not any(answer["UnprocessedItems"] for answer in answers)
    engine_of(deployment).running |= {one.execution for one in waiting}
    return deployment


def test_a_sweep_finds_urgent_checks_first_and_stays_within_its_quotas(
    crowded: Deployment,
) -> None:
    deps, engine = crowded.deps, engine_of(crowded)
    unstarted = an_order(Stage.START, next_check_at=NOW + CHECK_SOON_MS)
    unrung, tokenless = an_order(wait_token="token-1"), an_order()
    for order in (unstarted, unrung, tokenless):
        tables.put_order(crowded.client, order)
    for order in (unrung, tokenless):
        deps.store.append_signal(order.order_id, a_signal(), NOW)
    engine.running |= {unrung.execution, tokenless.execution}
    engine.waiting.add("token-1")
    deps.clock.sleep(60)
    checks: list[tuple[int, str]] = []
    status, requests = engine.status, Counter[str]()

    def noted(order: Order) -> Any:
        checks.append((deps.clock.now() // 1000, order.order_id))
        return status(order)

    engine.status = noted  # type: ignore[method-assign]
    crowded.client.meta.events.register(
        "before-call.dynamodb", lambda model, **_: requests.update([model.name])
    )

    done = deps.janitor_sweep.run()

    urgent = {unstarted.order_id, unrung.order_id, tokenless.order_id}
    assert {order_id for _, order_id in checks[:CHECKS_PER_SECOND]} > urgent
    assert done == {"started": 1, "rung": 1, "resumed": 1, "running": SWEEP_LIMIT - 3}
    assert max(Counter(second for second, _ in checks).values()) <= CHECKS_PER_SECOND
    assert len(checks) == SWEEP_LIMIT
    assert requests.total() <= 2 * OPEN_SHARDS + SWEEP_LIMIT * (READS + WRITES)
    assert crowded.now(tokenless).epoch == 2
