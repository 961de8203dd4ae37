"""Traces of orders, as the edges of the functions see them.

Without the setting TRACING, `NoTracing` records nothing and no library of tracing is loaded.
`lambdas.adapters.otlp_tracing` records spans.
"""

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Any, Protocol, TypeVar

Client = TypeVar("Client")
Attributes = dict[str, Any]


class Tracing(Protocol):
    """Records spans. The attributes of a span hold no payloads and no personal data.

    An open span yields attributes that it gets when it ends; `error.type` marks it as failed. An
    exception marks it with its class, without its message.
    """

    def serve(
        self, name: str, traceparent: str, attributes: Mapping[str, Any]
    ) -> AbstractContextManager[Attributes]:
        """The span of an invocation. `traceparent` is the W3C trace context of its caller; if it
        is empty or malformed, a new trace begins. All spans are sent before the span is left.
        """
        ...

    def call(self, name: str, attributes: Mapping[str, Any]) -> AbstractContextManager[Attributes]:
        """The span of a call to another service, in the open span."""
        ...

    def traceparent(self) -> str:
        """The trace context of the open span, for the next service; "" without tracing."""
        ...

    def watch(self, client: Client) -> Client:
        """Record a span for each request of a DynamoDB client; returns the client."""
        ...


class NoTracing:
    """Tracing is off."""

    def serve(
        self,
        name: str,  # noqa: ARG002
        traceparent: str,  # noqa: ARG002
        attributes: Mapping[str, Any],  # noqa: ARG002
    ) -> AbstractContextManager[Attributes]:
        return nullcontext({})

    def call(
        self,
        name: str,  # noqa: ARG002
        attributes: Mapping[str, Any],  # noqa: ARG002
    ) -> AbstractContextManager[Attributes]:
        return nullcontext({})

    def traceparent(self) -> str:
        return ""

    def watch(self, client: Client) -> Client:
        return client
