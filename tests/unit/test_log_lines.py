"""The log lines of every handler: known fields only, without payloads, addresses and tokens."""

import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from types import SimpleNamespace
from typing import Any, cast

import pytest
from aws_lambda_powertools.utilities.typing import LambdaContext

from lambdas import activity_handler
from lambdas.adapters.dynamodb.attribute_values import to_item
from lambdas.adapters.orders.order_records import order_key, to_record
from lambdas.api.application import OPERATIONS
from lambdas.api.handler import respond
from lambdas.api.http.resource import Operation
from lambdas.domain.errors import OrderError
from lambdas.domain.payment_webhook import PaymentReport
from lambdas.domain.record.money import Money
from lambdas.domain.record.stages import Stage
from lambdas.handlers import (
    comparison_handler,
    janitor_handler,
    order_events_handler,
    webhook_handler,
)
from tests.support.api_caller import a_person, an_event
from tests.support.invariants import leaks
from tests.support.telemetry import captured_log, lines
from tests.support.world import APPROVERS, TOKEN, World
from tests.unit.activities.rows import ROWS, Row

REASON, METHOD, BEARER, KEY = "a reason in words", "pm_canary", "bearer-canary", "key-canary"
EMAIL, NAME = "canary@example.com", "Canary Kanarienvogel"
EVERY_ROLE = a_person("alice", "customer", "approver", "operator")
SECRETS = [
    *(TOKEN, REASON, METHOD, BEARER, KEY, EMAIL, NAME, APPROVERS),
    *("sub-alice", "alice@example.com", "Alice Example", "MUG-RED"),
]
FIELDS = {
    *("level", "location", "message", "timestamp", "service", "request_id", "duration_ms"),
    *("order_id", "execution", "epoch", "state", "attempt", "stage", "outcome", "reason"),
    *("error", "route", "roles", "machine", "status", "action", "actions", "report_id", "kind"),
    *("sequences", "kinds", "date", "payments", "difference", "reference"),
}
BODIES: Mapping[str, Mapping[str, Any]] = {
    "start_order": {"items": [{"sku": "MUG-RED", "quantity": 1}], "payment_method": METHOD},
    "approve_payment": {"revision": 1},
    "approve_by_link": {"revision": 1},
    "add_line_item": {"sku": "MUG-RED", "quantity": 1},
    "save_customer": {"customer_id": "bob", "tier": "new", "name": NAME, "email": EMAIL},
    "correct_stock": {"change": 1, "reason": REASON},
    "settle": {"settled": "refund-paid", "evidence": REASON, "amount_minor": 1, "currency": "EUR"},
}
CONTEXT = SimpleNamespace(aws_request_id="request-1", function_version="7")


def logged(call: Callable[[], object]) -> list[dict[str, Any]]:
    """The lines of a call, which may end with a typed error."""
    with captured_log() as log, suppress(OrderError):
        call()
    assert leaks(log.getvalue(), SECRETS) == []
    found = lines(log.getvalue())
    assert [line.keys() - FIELDS for line in found if line.keys() - FIELDS] == []
    return found


@pytest.fixture(autouse=True)
def _deployed(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (
        *(activity_handler, janitor_handler, order_events_handler),
        *(webhook_handler, comparison_handler),
    ):
        monkeypatch.setattr(module, "dependencies", lambda: world.deps)


@pytest.mark.parametrize("epochs_behind", [0, 1])
@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_an_activity_logs_one_line(row: Row, world: World, epochs_behind: int) -> None:
    order = row.place(world)
    event = {"order_id": order.order_id, "epoch": order.epoch - epochs_behind, **row.task}

    [line] = logged(lambda: row.activity(event, CONTEXT))

    assert (line["message"], line["level"]) == ("activity ended", "INFO")
    assert line["order_id"] == order.order_id


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_a_request_logs_one_line(operation: Operation, world: World) -> None:
    names = {"order_id": world.place(wait_token=TOKEN).order_id, "sku": "MUG-RED"}
    others = {"code": KEY, "signal_id": KEY, "file": "console.js"}
    path = operation.path.format(**names, **others)
    body = BODIES.get(operation.name, {"reason": REASON}) if operation.has_body else None
    headers = {"Idempotency-Key": KEY, "Authorization": BEARER}
    event = an_event(operation.method, path, EVERY_ROLE, headers=headers)
    event |= {} if body is None else {"body": json.dumps(body)}

    [line] = logged(lambda: respond(event, cast(LambdaContext, CONTEXT), lambda: world.deps))

    assert (line["message"], line["level"]) == ("answered", "INFO")
    assert line["route"] == operation.name


def test_the_janitor_logs_ids_and_actions(world: World) -> None:
    order = world.place(next_check_at=0, wait_token=TOKEN)
    world.engine.stop(order)
    stopped = {"detail": {"name": order.execution, "input": TOKEN}}

    found = logged(lambda: janitor_handler.on_execution_stopped(stopped, CONTEXT))
    found += logged(lambda: janitor_handler.sweep({"token": TOKEN}, CONTEXT))

    assert [line["message"] for line in found] == ["execution stopped", "swept"]


def test_the_publisher_of_events_logs_their_numbers(world: World) -> None:
    order = world.place(Stage.COMPLETED, event_count=1)
    image = to_item(to_record(order))
    change = {"Keys": to_item(order_key(order.order_id)), "NewImage": image}

    [line] = logged(lambda: order_events_handler.publish({"Records": [{"dynamodb": change}]}, None))

    assert line["message"] == "events published"


def test_the_comparison_logs_its_numbers_and_the_payments_that_differ(world: World) -> None:
    order = world.place(Stage.COMPLETED)
    world.payments.refund("by hand", f"pay:{order.order_id}", Money(1, order.currency))
    event = {"date": "2026-01-01", "token": TOKEN}

    differs, compared = logged(lambda: comparison_handler.compare(event, CONTEXT))

    assert (differs["message"], differs["order_id"]) == ("payment differs", order.order_id)
    assert (compared["message"], compared["payments"]) == ("payments compared", {"different": 1})


class Reports:
    """A provider whose every report concerns one payment."""

    def read(self, body: str, headers: Mapping[str, str]) -> PaymentReport:
        return PaymentReport("evt_1", "payment.captured", "reference-1")


def test_the_webhook_logs_the_report_and_not_its_content(world: World) -> None:
    world.deps.payment_webhook = Reports()
    event = {"body": METHOD, "headers": {"signature": BEARER}}

    [line] = logged(lambda: webhook_handler.receive(event, CONTEXT))

    assert line["message"] == "report received"
