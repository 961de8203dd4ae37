"""One order is one trace: from the API request through every activity to the payment provider."""

import json
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any, cast

import pytest
from aws_lambda_powertools.utilities.typing import LambdaContext

from lambdas.adapters.otlp_tracing import OtlpTracing
from lambdas.api.handler import respond
from tests.support.activities import UNASKED
from tests.support.api_caller import ALICE, APPROVER, Claims, an_event, read
from tests.support.invariants import leaks
from tests.support.telemetry import lines
from tests.workflow.collector import Collector, a_collector
from tests.workflow.world import World, a_world

TRACE_ID, CALLER = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
SECRETS = ["alice", "approver1", "pm_ok", "pm_declined", "MUG-RED", "@example.com", "sub-"]
CONTEXT = cast(LambdaContext, SimpleNamespace(aws_request_id="request-1"))


@pytest.fixture
def collector() -> Iterator[Collector]:
    with a_collector() as made:
        yield made


@pytest.fixture
def world(collector: Collector, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """A world whose functions are traced."""
    monkeypatch.setenv("TRACING", "otlp")
    monkeypatch.setenv("TRACING_ENDPOINT", collector.url)
    with a_world() as made:
        yield made
        cast(OtlpTracing, made.deps.tracing).close()


def request(world: World, path: str, body: Any, claims: Claims, **headers: str) -> Any:
    """Send a request to the API, as a caller that is traced."""
    sent = {"traceparent": f"00-{TRACE_ID}-{CALLER}-01", "Idempotency-Key": "key-1", **headers}
    event = an_event("POST", path, claims, text=json.dumps(body), headers=sent)
    answer = read(respond(event, CONTEXT, lambda: world.deps))
    assert answer.status in (201, 202), answer.text
    return answer.json


def place(world: World, method: str = "pm_ok", **headers: str) -> str:
    """Place an order through the API, and run it until it waits."""
    body = {"items": [{"sku": "MUG-RED", "quantity": 2}], "payment_method": method}
    world.order_id = request(world, "/orders", body, ALICE, **headers)["order_id"]
    world.engine.settle()
    return world.order_id


def approve(world: World) -> None:
    path = f"/orders/{world.order_id}/signals/approve-payment"
    another_trace = f"00-{'a' * 32}-{'b' * 16}-01"
    request(world, path, {"revision": 1}, APPROVER, traceparent=another_trace)
    world.engine.settle()


def test_one_order_is_one_trace(world: World, collector: Collector) -> None:
    order_id = place(world)
    approve(world)
    assert world.order().stage == "completed"

    api = collector.find("POST /orders")
    assert (api.trace_id, api.parent_id) == (TRACE_ID, CALLER)
    activities = [one for one in collector.spans if one.attributes.get("faas.trigger") == "other"]
    assert sorted(activity.name for activity in activities) == sorted(UNASKED)
    for span in activities:
        assert (span.trace_id, span.parent_id) == (TRACE_ID, api.span_id)
        assert (span.attributes["order.id"], span.failed) == (order_id, False)
    payment = collector.find("ProcessPayment")
    assert [name for name in collector.children(payment) if name.startswith("sandbox")] == [
        "sandbox prepare",
        "sandbox capture",
    ]
    capture = collector.find("sandbox capture")
    assert set(collector.children(capture)) == {"GetItem payments", "UpdateItem payments"}
    assert "TransactWriteItems" in collector.children(collector.find("ReserveStock"))
    assert {one.trace_id for one in collector.spans} == {TRACE_ID, "a" * 32}


def test_spans_follow_the_semantic_conventions(world: World, collector: Collector) -> None:
    order_id = place(world)

    function = {"cloud.provider": "aws", "cloud.platform": "aws_lambda"}
    assert collector.find("POST /orders").resource.items() >= function.items()
    api = collector.find("POST /orders").attributes
    assert api == {
        "http.request.method": "POST",
        "http.route": "/orders",
        "http.response.status_code": 201,
        "faas.trigger": "http",
        "faas.invocation_id": "request-1",
        "faas.coldstart": True,
        "order.id": order_id,
        "order.stage": "start",
    }
    activity = collector.find("ReserveStock").attributes
    assert activity == {
        "faas.trigger": "other",
        "faas.invocation_id": "request-1",
        "faas.coldstart": False,
        "order.epoch": 1,
        "order.attempt": 1,
        "order.id": order_id,
        "order.stage": "awaiting-approval",
    }
    database = next(span for span in collector.spans if span.name == "GetItem customers").attributes
    assert database.pop("aws.dynamodb.table_names").values[0].string_value == "customers"
    assert database.pop("aws.request_id")
    assert database == {
        "db.system.name": "aws.dynamodb",
        "db.operation.name": "GetItem",
        "db.collection.name": "customers",
        "server.address": "dynamodb.eu-central-1.amazonaws.com",
        "http.response.status_code": 200,
    }


def test_a_refused_payment_marks_its_spans_and_shows_no_payload(
    world: World, collector: Collector
) -> None:
    place(world, "pm_declined")
    approve(world)

    payment = collector.find("ProcessPayment")
    assert (payment.failed, payment.attributes["error.type"]) == (True, "PaymentDeclined")
    assert leaks("".join(span.text for span in collector.spans), SECRETS) == []


def test_a_takeover_continues_the_trace_of_the_order(world: World, collector: Collector) -> None:
    place(world)
    world.engine.lose(world.order().execution)
    world.janitor.reconcile(world.order_id)
    world.engine.settle()
    approve(world)

    assert (world.order().stage, world.order().epoch) == ("completed", 2)
    assert collector.find("ProcessPayment").attributes["order.epoch"] == 2
    assert collector.find("ProcessPayment").trace_id == TRACE_ID


def test_log_lines_name_the_trace(world: World) -> None:
    place(world)

    ended = [line for line in lines(world.log()) if line["message"] == "activity ended"]
    assert {line["trace_id"] for line in ended} == {TRACE_ID}


@pytest.mark.parametrize("traceparent", ["", "nonsense", f"00-{'0' * 32}-{CALLER}-01"])
def test_a_request_without_a_valid_trace_begins_one(
    world: World, collector: Collector, traceparent: str
) -> None:
    place(world, traceparent=traceparent)

    api = collector.find("POST /orders")
    assert (api.parent_id, api.trace_id != TRACE_ID) == ("", True)
    assert collector.find("AwaitSignal").parent_id == api.span_id


def test_an_order_of_an_untraced_caller_is_not_recorded(world: World, collector: Collector) -> None:
    place(world, traceparent=f"00-{TRACE_ID}-{CALLER}-00")

    assert world.order().traceparent.endswith("-00")
    assert collector.spans == []
