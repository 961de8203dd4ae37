"""Tracing with OpenTelemetry: spans go to a collector by OTLP over HTTP.

Attributes follow the semantic conventions of OpenTelemetry 1.45; those of orders begin with
`order.`. Loaded only if tracing is on.
"""

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import Any, TypeVar

from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter
from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased
from opentelemetry.trace import SpanKind, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from lambdas.adapters.dynamodb_spans import DynamoDBSpans

Client = TypeVar("Client")

EXPORT_TIMEOUT_SECONDS = 1.0
"""The longest delay of an invocation by a collector that does not answer. The time limits of an
activity leave a second: writes are repeated for 6 s, a call takes at most 12 s, the function 20 s.
"""
_RESOURCE = {
    "POWERTOOLS_SERVICE_NAME": "service.name",
    "ENVIRONMENT": "deployment.environment.name",
    "AWS_LAMBDA_FUNCTION_NAME": "faas.name",
    "AWS_LAMBDA_FUNCTION_VERSION": "faas.version",
    "AWS_REGION": "cloud.region",
}


class OtlpTracing:
    """Spans of one function: of sampled callers, and of `percent` of the traces that begin here."""

    def __init__(
        self, exporter: SpanExporter, environment: Mapping[str, str], *, percent: int = 100
    ) -> None:
        found = {name: environment[key] for key, name in _RESOURCE.items() if key in environment}
        aws = {"cloud.provider": "aws", "cloud.platform": "aws_lambda"}
        self._provider = TracerProvider(
            resource=Resource({**aws, **found}),
            sampler=ParentBased(TraceIdRatioBased(percent / 100)),
            shutdown_on_exit=False,
        )
        self._provider.add_span_processor(BatchSpanProcessor(exporter))
        self._tracer = self._provider.get_tracer("order-workflow")
        self._context = TraceContextTextMapPropagator()
        self._is_cold = True

    @classmethod
    def to_collector(
        cls, endpoint: str, environment: Mapping[str, str], *, percent: int
    ) -> "OtlpTracing":
        """Send spans to the collector at `endpoint`, for example `http://localhost:4318`."""
        url = f"{endpoint.rstrip('/')}/v1/traces"
        exporter = OTLPSpanExporter(endpoint=url, timeout=EXPORT_TIMEOUT_SECONDS)
        return cls(exporter, environment, percent=percent)

    @contextmanager
    def serve(
        self, name: str, traceparent: str, attributes: Mapping[str, Any]
    ) -> Iterator[dict[str, Any]]:
        cold, self._is_cold = self._is_cold, False
        caller = self._context.extract({"traceparent": traceparent})
        attributes = {**attributes, "faas.coldstart": cold}
        try:
            with self._open(name, SpanKind.SERVER, attributes, caller) as found:
                yield found
        finally:
            self._provider.force_flush()

    def call(
        self, name: str, attributes: Mapping[str, Any]
    ) -> AbstractContextManager[dict[str, Any]]:
        return self._open(name, SpanKind.CLIENT, attributes)

    def traceparent(self) -> str:
        carrier: dict[str, str] = {}
        self._context.inject(carrier)
        return carrier.get("traceparent", "")

    def watch(self, client: Client) -> Client:
        DynamoDBSpans(self._tracer).install(client)
        return client

    def close(self) -> None:
        """Send what is left, and end the thread of the exporter."""
        self._provider.shutdown()

    @contextmanager
    def _open(
        self,
        name: str,
        kind: SpanKind,
        attributes: Mapping[str, Any],
        context: Context | None = None,
    ) -> Iterator[dict[str, Any]]:
        """Messages of exceptions are not recorded: they may hold personal data."""
        found: dict[str, Any] = {}
        with self._tracer.start_as_current_span(
            name,
            context=context,
            kind=kind,
            attributes=attributes,
            record_exception=False,
            set_status_on_exception=False,
        ) as span:
            try:
                yield found
            except Exception as error:
                found["error.type"] = type(error).__name__
                raise
            finally:
                span.set_attributes(found)
                if "error.type" in found:
                    span.set_status(StatusCode.ERROR)
