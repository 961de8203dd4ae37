import pytest

from lambdas.activities.inventory import release_stock, reserve_stock
from lambdas.domain.errors import InsufficientStock, LedgerMismatch
from lambdas.domain.record.ledger import RESERVE
from lambdas.domain.record.stages import Stage
from tests.support.builders import a_line
from tests.support.world import World

TWO_LINES = (a_line("COFFEE-1KG", 2), a_line("MUG-RED", 4))


def test_all_lines_are_held_and_the_wait_begins(world: World) -> None:
    order = world.place(Stage.RESERVE, items=TWO_LINES)

    answer = world.run(reserve_stock, order)

    assert answer == {
        "decision": "wait",
        "heartbeat_seconds": 900,
        "timeout_seconds": 901,
        "loops": 0,
        "back_off_seconds": 0,
    }
    item = world.inventory.by_sku["MUG-RED"]
    assert (item.available, item.held) == (6, 4)
    after = world.now(order)
    assert after.approval_deadline == world.clock.now() + 900_000
    assert world.problems() == []


def test_all_lines_are_held_or_none(world: World) -> None:
    order = world.place(Stage.RESERVE, items=TWO_LINES)
    world.stock("MUG-RED", available=3)

    with pytest.raises(InsufficientStock, match="insufficient stock: MUG-RED"):
        world.run(reserve_stock, order)

    assert world.now(order) == order
    assert world.inventory.by_sku["COFFEE-1KG"].held == 0
    assert world.problems() == []


def test_stock_that_vanished_leaves_the_order_owing_it(world: World) -> None:
    order = world.place(Stage.COMPENSATING)
    world.inventory.by_sku["COFFEE-1KG"].held = 1

    with pytest.raises(LedgerMismatch, match="COFFEE-1KG"):
        world.run(release_stock, order)

    after = world.now(order)
    assert after.reserved
    assert after.ledger[RESERVE].state == "done"
