"""Spans of calls, and how failures mark them. tests/workflow has the trace of an order."""

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
import requests
from botocore.exceptions import ClientError
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from lambdas.adapters import aws_clients
from lambdas.adapters.otlp_tracing import EXPORT_TIMEOUT_SECONDS, OtlpTracing
from lambdas.adapters.payment_spans import TracedPayments
from lambdas.domain.record.money import Money
from tests.adapters.payments.providers import a_request
from tests.support.fakes.fake_clock import NOW
from tests.support.fakes.fake_payments import FakePayments
from tests.support.faults import answer

MESSAGE = "no access for alice@example.com"


def break_off(**_: Any) -> None:
    """The network fails."""
    raise OSError(MESSAGE)


@pytest.fixture
def exporter() -> InMemorySpanExporter:
    return InMemorySpanExporter()


@pytest.fixture
def tracing(exporter: InMemorySpanExporter) -> Iterator[OtlpTracing]:
    made = OtlpTracing(exporter, {})
    yield made
    made.close()


def test_each_call_of_the_provider_is_a_span(
    tracing: OtlpTracing, exporter: InMemorySpanExporter
) -> None:
    payments = TracedPayments(FakePayments(), "stripe", tracing.call)

    with tracing.serve("activity", "", {}):
        captured, voided = payments.prepare(a_request()), payments.prepare(a_request())
        payments.capture(captured)
        payments.look_up(captured)
        payments.refund("refund-1", captured, Money(1, "EUR"))
        payments.void(voided)
        assert dict(payments.list_moved(0, NOW + 1)).keys() == {captured}

    spans = exporter.get_finished_spans()
    assert {getattr(one.instrumentation_scope, "name", "") for one in spans} == {"order-workflow"}
    assert {str(dict(one.attributes or {})) for one in spans[:-1]} == {
        "{'service.peer.name': 'stripe'}"
    }
    *calls, _ = [span.name for span in spans]
    operations = ("prepare", "prepare", "capture", "look_up", "refund", "void", "list_moved")
    assert calls == [f"stripe {operation}" for operation in operations]


@pytest.mark.usefixtures("clients")
@pytest.mark.parametrize("answered", [True, False])
def test_an_error_of_dynamodb_marks_its_span_without_its_message(
    tracing: OtlpTracing, exporter: InMemorySpanExporter, answered: bool
) -> None:
    client = tracing.watch(aws_clients.client("dynamodb"))
    if answered:
        answer(client, "GetItem", "AccessDeniedException", message=MESSAGE)
    else:
        client.meta.events.register_first("before-send.dynamodb.GetItem", break_off)

    with tracing.serve("activity", "", {}), suppress(ClientError, OSError):
        client.get_item(TableName="orders", Key={"pk": {"S": "alice"}})

    span, _ = exporter.get_finished_spans()
    error = "AccessDeniedException" if answered else "OSError"
    assert ((span.attributes or {})["error.type"], span.status.is_ok) == (error, False)
    assert "alice" not in span.to_json()


def test_a_collector_that_is_down_neither_fails_an_activity_nor_delays_it_beyond_its_timeout(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    timeouts: list[float] = []

    def refuse(*_: Any, timeout: float, **__: Any) -> None:
        timeouts.append(timeout)
        raise requests.ConnectionError("refused")

    monkeypatch.setattr(requests.adapters.HTTPAdapter, "send", refuse)
    tracing = OtlpTracing.to_collector("http://collector.invalid:4318", {}, percent=100)

    with tracing.serve("activity", "", {}) as span:
        span["order.id"] = "order-1"
    tracing.close()

    assert timeouts
    assert max(timeouts) <= EXPORT_TIMEOUT_SECONDS
