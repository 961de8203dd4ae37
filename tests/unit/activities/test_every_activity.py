"""Rules for every activity: run once, run twice, or run too late."""

from dataclasses import replace

import pytest

from lambdas.activities import approval
from lambdas.domain.errors import OrderMovedOn, StaleEpoch
from lambdas.domain.record.stages import ENDS, Stage
from tests.support.world import World
from tests.unit.activities.comparing import effects, essence
from tests.unit.activities.rows import Row, every_activity, perhaps


@every_activity
def test_it_does_its_work_once_and_breaks_nothing(row: Row) -> None:
    world = World()
    order = row.place(world)

    world.run(row.activity, order, **row.task)

    did = world.now(order) != order or effects(world)["mails"]
    only_reads = row.stage is Stage.START
    assert did or only_reads or row.activity is approval.apply_signals
    assert world.problems() == []


@every_activity
def test_a_second_run_changes_nothing(row: Row, world: World) -> None:
    order = row.place(world)
    first_answer = world.run(row.activity, order, **row.task)
    first, once = world.now(order), effects(world)

    answer = world.run(row.activity, order, **row.task)

    assert answer == first_answer
    assert essence(world.now(order)) == essence(first)
    assert effects(world) == once
    assert world.problems() == []


@every_activity
def test_an_older_epoch_neither_writes_nor_acts(row: Row, world: World) -> None:
    order = row.place(world)
    world.store.put(replace(order, epoch=2))
    before, untouched = world.now(order), effects(world)

    with pytest.raises(StaleEpoch):
        world.run(row.activity, order, **row.task)

    assert world.now(order) == before
    assert effects(world) == untouched
    assert world.payments.calls == []
    assert world.engine.rung == []


@every_activity
@pytest.mark.parametrize("stage", [Stage.AWAITING_APPROVAL, *sorted(ENDS)])
def test_an_older_epoch_is_refused_at_a_stage_without_work_for_it(
    row: Row, stage: Stage, world: World
) -> None:
    order = world.place(stage)
    world.store.put(replace(order, epoch=2))

    with pytest.raises(StaleEpoch):
        world.run(row.activity, order, **row.task)


@every_activity
@pytest.mark.parametrize("end", sorted(ENDS))
def test_an_ended_order_stays_as_it_ended(row: Row, end: Stage, world: World) -> None:
    order = world.place(end)
    before = effects(world)

    with perhaps(OrderMovedOn):
        world.run(row.activity, order, **row.task)

    after = world.now(order)
    assert essence(replace(after, ledger={}, event_count=0)) == essence(replace(order, ledger={}))
    assert {n: e for n, e in after.ledger.items() if "mail" not in n} == order.ledger
    assert (effects(world)["stock"], effects(world)["books"]) == (
        before["stock"],
        before["books"],
    )
    assert world.problems() == []
