"""A span for each request to DynamoDB, by the events of botocore: table names, no keys or items."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from opentelemetry.trace import Span, SpanKind, StatusCode, Tracer

_SPAN = "order-workflow.span"
"""The place of the open span in botocore's context of a request."""


class DynamoDBSpans:
    """Spans of DynamoDB clients. (Semantic conventions, "Database: AWS DynamoDB")"""

    def __init__(self, tracer: Tracer) -> None:
        self._tracer = tracer

    def install(self, client: Any) -> None:
        """Record the requests of a client."""
        self._host = urlsplit(client.meta.endpoint_url).hostname
        events = client.meta.events
        events.register("before-parameter-build.dynamodb", self._begin)
        events.register("after-call.dynamodb", self._end)
        events.register("after-call-error.dynamodb", self._fail)

    def _begin(
        self, params: Mapping[str, Any], model: Any, context: dict[str, Any], **_: Any
    ) -> None:
        tables = _tables(params)
        collection = tables[0] if len(tables) == 1 else ""
        attributes = {
            "db.system.name": "aws.dynamodb",
            "db.operation.name": model.name,
            "aws.dynamodb.table_names": tables,
            "server.address": self._host,
            **({"db.collection.name": collection} if collection else {}),
        }
        context[_SPAN] = self._tracer.start_span(
            f"{model.name} {collection}".rstrip(), kind=SpanKind.CLIENT, attributes=attributes
        )

    def _end(
        self, http_response: Any, parsed: Mapping[str, Any], context: dict[str, Any], **_: Any
    ) -> None:
        span: Span = context.pop(_SPAN)
        span.set_attribute("http.response.status_code", http_response.status_code)
        if request_id := parsed.get("ResponseMetadata", {}).get("RequestId"):
            span.set_attribute("aws.request_id", request_id)
        if error := parsed.get("Error"):
            _mark(span, error["Code"])
        span.end()

    def _fail(self, exception: Exception, context: dict[str, Any], **_: Any) -> None:
        span: Span = context.pop(_SPAN)
        _mark(span, type(exception).__name__)
        span.end()


def _mark(span: Span, error: str) -> None:
    span.set_attribute("error.type", error)
    span.set_status(StatusCode.ERROR)


def _tables(params: Mapping[str, Any]) -> list[str]:
    """The tables of a request, each once, sorted."""
    items = [action for item in params.get("TransactItems", ()) for action in item.values()]
    named = {one["TableName"] for one in (params, *items) if "TableName" in one}
    return sorted(named | set(params.get("RequestItems", ())))
