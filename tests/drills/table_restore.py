"""Drill: the tables are restored to a point in time, and the open orders continue."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import cast

import boto3

from lambdas.handlers import janitor_handler
from tests.drills.registry import DrillFailed, ReadTemplate, drill
from tests.support.requests import REQUEST
from tests.support.writer_stack import STACK, create_writers, expected, states
from tests.workflow import resources
from tests.workflow.scenarios.steps import approve
from tests.workflow.world import World, a_world
from tools.table_restore.__main__ import lines
from tools.table_restore.restore import RestoreRefused, TableRestore
from tools.table_restore.writers import WRITERS, Sessions, Writers

((SKU, UNITS),) = REQUEST.items


def the_writers(world: World) -> Writers:
    """The functions of a stack on moto, and the executions of a world."""
    session = cast(Sessions, boto3.Session(region_name=resources.REGION))
    create_writers(session)
    machine = world.engine.environment["STATE_MACHINE_ALIAS_ARN"].removesuffix(":live")
    return Writers(sessions=session, stack=STACK, machine=machine)


def a_restore(world: World, writers: Writers) -> TableRestore:
    """The restore of the tables of a world."""
    tables = ("orders", "inventory", "customers", "payments")
    return TableRestore(
        database=boto3.Session(region_name=resources.REGION).resource("dynamodb"),
        tables={name: name for name in tables},
        at=datetime(2026, 1, 31, tzinfo=UTC),
        active=writers.active,
        now=world.engine.clock.now,
    )


@drill("TableRestore", "the tables are restored to a time before an order was paid")
def restore_tables(_: ReadTemplate) -> Iterable[str]:
    """Two orders wait; one is paid and a third one placed afterwards. Restore, then approve both.

    moto copies a table as it is when the restore is requested: this is the point in time.
    """
    with a_world() as world:
        waits, paid = _place(world, "waits"), _place(world, "paid")
        writers = the_writers(world)
        restore = a_restore(world, writers)
        restore.copy()
        approve()(world)
        world.engine.settle()
        lost = _place(world, "lost")
        _expect_refusal(restore)
        writers.stop()
        world.engine.settle()
        yield f"writers: {_require_stopped(writers)} functions and all executions are stopped"

        found = restore.compare()
        if (found.lost, found.unknown_payments) != ([lost], [paid]) or found.stock:
            raise DrillFailed(f"the comparison is wrong: {found}")
        yield from lines(found)
        restore.replace()
        writers.start()
        yield f"janitor: {_sweep(world)}"
        for order_id in (waits, paid):
            world.order_id = order_id
            approve()(world)
            world.engine.settle()
            yield _require_completed(world)
        if world.moved_stock() != {SKU: (resources.UNITS[SKU] - 2 * UNITS, 0, 2 * UNITS)}:
            raise DrillFailed(f"the stock is wrong: {world.moved_stock()}")


def _place(world: World, key: str) -> str:
    world.place(REQUEST, key=key)
    world.engine.settle()
    return world.order_id


def _require_stopped(writers: Writers) -> int:
    found = states(writers.sessions)
    if found != expected(stopped=True) or writers.active():
        raise DrillFailed(f"writers are not stopped: {found}, {writers.active()}")
    return len(WRITERS)


def _expect_refusal(restore: TableRestore) -> None:
    try:
        restore.replace()
    except RestoreRefused:
        return
    raise DrillFailed("the tables were replaced while orders were written")


def _sweep(world: World) -> dict[str, int]:
    done = janitor_handler.sweep({}, None)
    world.engine.settle()
    return done


def _require_completed(world: World) -> str:
    order, payment = world.order(), world.payment()
    if order.stage != "completed" or payment != (order.total.amount_minor, 0):
        raise DrillFailed(f"{order.order_id} is {order.stage}, (captured, refunded) is {payment}")
    return f"{order.execution} completed, captured once: {order.total}"
