"""What holds for every activity under fire: other writers in between, and answers that are lost."""

from collections.abc import Callable
from typing import Any

from lambdas.activities import notification
from lambdas.domain.errors import NotifierUnavailable, StoreConflict, StoreUnavailable
from lambdas.domain.record.order import Order
from tests.support.world import World
from tests.unit.activities.comparing import effects, essence
from tests.unit.activities.rows import Row, every_activity, perhaps

MAILS = (
    notification.request_approval,
    notification.send_order_confirmation,
    notification.send_cancellation_email,
)


def outcome_of(
    row: Row, trouble: Callable[[World, Order], None] = lambda world, order: None
) -> tuple[Order, dict[str, Any], World]:
    """The order and the effects after one run with some trouble arranged before it."""
    world = World()
    order = row.place(world)
    trouble(world, order)
    world.run(row.activity, order, **row.task)
    return world.now(order), effects(world), world


@every_activity
def test_another_writer_in_between_loses_nothing(row: Row) -> None:
    alone, effects_alone, _ = outcome_of(row)

    def trouble(world: World, order: Order) -> None:
        world.store.before_write = [lambda: world.another_write(order)] * 3
        # The pauses take no time, so that the instants on both records are the same.
        world.clock.during_sleep = lambda: world.clock.advance(-world.clock.slept[-1])

    contended, effects_contended, world = outcome_of(row, trouble)

    assert same_but_for_its_id(contended, alone)
    assert str(effects_contended).replace(contended.order_id, alone.order_id) == str(effects_alone)
    assert world.problems() == []


def same_but_for_its_id(one: Order, other: Order) -> bool:
    left, right = repr(essence(one)), repr(essence(other))
    return left.replace(one.order_id, other.order_id) == right


@every_activity
def test_a_store_that_never_lets_it_write_is_a_transient_error(row: Row, world: World) -> None:
    order = row.place(world)
    world.store.before_write = [lambda: world.another_write(order)] * 1_000
    writes = world.store.writes

    with perhaps(StoreConflict):
        world.run(row.activity, order, **row.task)

    assert world.store.writes == writes
    assert world.notifier.sent == []


@every_activity
def test_an_answer_lost_after_the_write_is_made_good_by_the_retry(row: Row) -> None:
    alone, effects_alone, _ = outcome_of(row)
    world = World()
    order = row.place(world)
    world.store.lost_answers = 1

    with perhaps(StoreUnavailable):
        world.run(row.activity, order, **row.task)
    # The claim of an e-mail is not this attempt's: it waits for the first one, and then gives up.
    with perhaps(NotifierUnavailable):
        world.run(row.activity, order, **row.task)

    again, effects_again = world.now(order), effects(world)
    if row.activity in MAILS:
        # Claimed, but perhaps not sent: a mail is rather lost than sent twice.
        assert len(effects_again["mails"]) <= 1
    else:
        assert same_but_for_its_id(again, alone)
        assert str(effects_again).replace(order.order_id, alone.order_id) == str(effects_alone)
    assert world.problems() == []
