"""Drill: the data of a customer are erased, and everything else stays as it is."""

import json
from collections.abc import Iterable
from typing import Any

import boto3

from lambdas.domain.record.order import Order
from lambdas.executions.export import rows
from lambdas.executions.history import redact
from lambdas.executions.outcomes import outcome
from tests.drills.registry import DrillFailed, ReadTemplate, drill
from tests.support.requests import REQUEST
from tests.workflow import resources
from tests.workflow.scenarios.scenario import Step
from tests.workflow.scenarios.steps import approve, cancel
from tests.workflow.world import World, a_world
from tools.customer_erasure.__main__ import run
from tools.customer_erasure.erasure import CustomerErasure

CUSTOMER, WORDS = REQUEST.customer_id, "changed my mind"
TABLES = ("orders", "customers", "inventory", "payments")


def an_erasure(world: World) -> CustomerErasure:
    """The erasure on the tables of a world."""
    database = boto3.Session(region_name=resources.REGION).resource("dynamodb")
    return CustomerErasure(
        database.Table("orders"),
        database.Table("customers"),
        new_pseudonym=lambda: "erased-1",
        now=world.engine.clock.now,
    )


@drill("CustomerErasure", "a customer with a completed and a cancelled order asks for erasure")
def erase_a_customer(_: ReadTemplate) -> Iterable[str]:
    """Play both orders, erase the customer, and search all tables for its data. An erasure does not
    change histories, so these must have none.
    """
    with a_world() as world:
        orders = [
            _play(world, "completed", approve()),
            _play(world, "cancelled", cancel()),
        ]
        before = {table: _text(table) for table in TABLES}
        yield f"before: {_found(before)}"
        histories = _histories(world)
        if personal := _found(histories):
            raise DrillFailed(f"personal data are in histories: {personal}")
        sizes = ", ".join(f"{len(text)} characters of {name}" for name, text in histories.items())
        yield f"no personal data in {sizes}"

        yield run(an_erasure(world), CUSTOMER, erase=True)

        after = {table: _text(table) for table in TABLES}
        if left := _found(after):
            raise DrillFailed(f"personal data are left: {left}")
        for order in orders:
            yield _require_money(order, world.workflow.get_status(order.order_id))
        if before["inventory"] != after["inventory"]:
            raise DrillFailed("the stock changed")
        yield run(an_erasure(world), CUSTOMER, erase=True)


def _play(world: World, key: str, step: Step) -> Order:
    """Place an order of the customer and let it end."""
    world.place(REQUEST, key=key)
    world.engine.settle()
    step(world)
    world.engine.settle()
    return world.order()


def _histories(world: World) -> dict[str, str]:
    """The histories of all executions, as Step Functions has them and as they are exported."""
    histories = world.histories()
    exported = [
        rows(outcome(world.order_id, 1, events), events)
        for events in (list(redact(history)) for history in histories)
    ]
    return {
        "the histories": json.dumps(histories, default=str),
        "their exports": json.dumps(exported),
    }


def _text(table: str) -> str:
    records: list[dict[str, Any]] = resources.scan(table)
    return json.dumps(records, default=sorted)


def _found(texts: dict[str, str]) -> list[str]:
    alice = resources.CUSTOMERS[CUSTOMER]
    personal = (f'"{CUSTOMER}', f"#{CUSTOMER}", alice["email"], alice["name"], WORDS)
    return [f"{one} in {name}" for one in personal for name, text in texts.items() if one in text]


def _require_money(before: Order, after: Order) -> str:
    kept = ("ledger", "items", "currency", "stage", "outcome", "created_at", "outcomes")
    changed = [name for name in kept if getattr(before, name) != getattr(after, name)]
    if changed:
        raise DrillFailed(f"the erasure changed {changed}")
    return f"kept: {after.outcome} order of {after.customer_id}, {after.total}"
