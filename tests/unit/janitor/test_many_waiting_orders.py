"""One hundred thousand waiting orders, all of them overdue: urgent checks still come first."""

from collections import Counter
from dataclasses import replace

import pytest

from lambdas.domain.executions import ExecutionStatus
from lambdas.domain.record.changes import CHECK_SOON_MS, make_change
from lambdas.domain.record.order import Order
from lambdas.domain.record.stages import Stage
from lambdas.services.janitor_sweep import SWEEP_LIMIT, JanitorSweep
from tests.support.builders import a_signal, an_order
from tests.support.fakes.fake_clock import NOW
from tests.support.world import TOKEN, World

pytestmark = pytest.mark.proof

WAITING = 100_000
HOUR_MS, MINUTE_MS = 3_600_000, 60_000
STATUS_QUOTA = 15
"""DescribeExecution calls a second that an account may make."""


@pytest.fixture
def crowded(world: World) -> World:
    """The orders' deadlines passed during an outage of an hour, and no check was made."""
    order = make_change(an_order(), an_order(), NOW).after
    overdue = replace(order, next_check_at=NOW - HOUR_MS)
    orders = [replace(overdue, order_id=f"{number:026}") for number in range(WAITING)]
    world.store.put(*orders)
    world.engine.running |= {one.execution for one in orders}
    return world


def placed(world: World, stage: Stage = Stage.AWAITING_APPROVAL, token: str | None = None) -> Order:
    order = world.place(stage, wait_token=token, next_check_at=NOW + CHECK_SOON_MS)
    if stage is Stage.START:
        world.engine.running.discard(order.execution)
    return order


def test_a_lost_start_doorbell_and_token_recover_within_two_minutes(
    crowded: World, janitor_sweep: JanitorSweep
) -> None:
    unstarted = placed(crowded, Stage.START)
    unrung, tokenless = placed(crowded, token=TOKEN), placed(crowded)
    crowded.engine.waiting.add(TOKEN)
    for order in (unrung, tokenless):
        crowded.accept(order, a_signal())

    for minute in (1, 2):
        left_ms = NOW + minute * MINUTE_MS - crowded.clock.now()
        assert left_ms >= 0, "a sweep takes longer than the minute before the next one"
        crowded.clock.advance(left_ms / 1000)
        janitor_sweep.run()

    assert crowded.clock.now() <= NOW + 3 * MINUTE_MS
    assert unstarted.execution in crowded.engine.started
    assert crowded.engine.rung[0] == TOKEN
    assert crowded.now(tokenless).epoch == 2
    assert crowded.now(tokenless).execution in crowded.engine.started


def test_a_sweep_stays_within_the_quota_and_continues_where_the_last_one_ended(
    crowded: World, janitor_sweep: JanitorSweep
) -> None:
    calls: Counter[int] = Counter()
    checked: list[str] = []
    status = crowded.engine.status

    def counting(order: Order) -> ExecutionStatus:
        calls[crowded.clock.now() // 1000] += 1
        checked.append(order.order_id)
        return status(order)

    crowded.engine.status = counting  # type: ignore[method-assign]

    for _ in range(2):
        assert janitor_sweep.run() == {"running": SWEEP_LIMIT}
        crowded.clock.advance(60)

    assert max(calls.values()) <= STATUS_QUOTA
    assert len(set(checked)) == 2 * SWEEP_LIMIT
