"""AWS Lambda in this process: `lambda:invoke` runs the real handlers.

Attached to the botocore event `before-send` of the session that moto's interpreter uses; replies
are shaped as the service shapes them.
"""

import importlib
import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any
from urllib.parse import unquote

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from moto.core.botocore_stubber import MockRawResponse
from moto.core.models import botocore_stubber

from lambdas.activity_handler import Handler
from lambdas.telemetry import metrics
from tests.workflow.faults import InvocationEffect, LambdaFault

_TIMED_OUT = {"errorType": "Sandbox.Timedout", "errorMessage": "RequestId: request-1 Timed out"}
MODULES = ("enrichment", "inventory", "approval", "payment", "order_status", "notification")
Moment = tuple[str, str]
"""("before" | "committing" | "after", state): around the next run of a state's handler, or just
before the next transaction that it writes."""


@dataclass(slots=True)
class Invocation:
    """One call of a function: its input and the error type of its answer, if any."""

    state: str
    event: Mapping[str, Any]
    error: str | None = None


class LambdaService:
    """The deployed functions, by the name of their state. One handler or step of a scenario runs at
    a time (`one_at_a_time`), because all share loggers, metrics and moto's tables, which are not
    thread-safe. On AWS each function is a separate process.
    """

    def __init__(self) -> None:
        self.invocations: list[Invocation] = []
        self.abandoned: list[Invocation] = []
        self.moments: dict[Moment, list[Callable[[], object]]] = {}
        self.faults: list[LambdaFault] = []
        self._handlers = activity_handlers()
        self.one_at_a_time = threading.RLock()
        self._running = threading.local()

    def install(self, session: Any) -> None:
        """Answer the Invoke calls of a botocore session's later clients; moto answers the rest."""
        session.unregister("before-send", botocore_stubber)
        session.register("before-send", self._send)

    def _send(self, event_name: str, request: AWSPreparedRequest, **more: Any) -> Any:
        if event_name == "before-send.lambda.Invoke":
            return self.invoke(request)
        return botocore_stubber(event_name, request, **more)

    @property
    def running(self) -> str | None:
        """The state whose handler runs in this thread, if one does."""
        return getattr(self._running, "state", None)

    def invoke(self, request: AWSPreparedRequest) -> AWSResponse:
        """Answer an Invoke request."""
        state = unquote(request.url.split("/functions/")[1].split("/")[0]).rsplit(":", 1)[-1]
        body: Any = request.body
        invocation = Invocation(state, json.loads(body))
        self.invocations.append(invocation)
        if state not in self._handlers:
            return _refusal(404, "ResourceNotFoundException")
        status, reply = self._with_faults(invocation)
        if status != 200:
            return _refusal(status, str(reply))
        invocation.error = reply.get("errorType") if isinstance(reply, dict) else None
        return _response(200, reply, error="errorType" in reply)

    def run(self, invocation: Invocation) -> Mapping[str, Any]:
        """Run the handler. An exception becomes an error reply, as in Lambda."""
        with self.one_at_a_time:
            self.happens("before", invocation.state)
            try:
                return self._handle(invocation)
            except Exception as error:  # noqa: BLE001 - as the Lambda runtime does
                name = type(error).__name__
                return {"errorMessage": str(error), "errorType": name, "stackTrace": []}
            finally:
                self.happens("after", invocation.state)

    def happens(self, when: str, state: str) -> None:
        """Run the steps that the scenario has for this moment, once."""
        for happen in self.moments.pop((when, state), ()):
            happen()

    def _handle(self, invocation: Invocation) -> Mapping[str, Any]:
        self._running.state = invocation.state
        try:
            context = SimpleNamespace(aws_request_id="request-1", function_name=invocation.state)
            metrics.clear_default_dimensions()
            metrics.clear_metrics()
            reply = self._handlers[invocation.state](invocation.event, context)
            return dict(json.loads(json.dumps(reply)))
        finally:
            self._running.state = None

    def _with_faults(self, invocation: Invocation) -> tuple[int, Any]:
        match self._next_effect(invocation.state):
            case InvocationEffect.THROTTLED:
                return 429, "TooManyRequestsException"
            case InvocationEffect.ANSWER_LOST:
                self.run(invocation)
                return 200, _TIMED_OUT
            case InvocationEffect.ABANDONED:
                self.abandoned.append(invocation)
                return 200, _TIMED_OUT
        return 200, self.run(invocation)

    def _next_effect(self, state: str) -> InvocationEffect | None:
        for index, fault in enumerate(self.faults):
            if fault.state == state and fault.times > 0:
                self.faults[index] = LambdaFault(fault.effect, state, fault.times - 1)
                return fault.effect
        return None


def activity_handlers() -> dict[str, Handler]:
    """Every `@activity` function under the name of its ASL state."""
    modules = [importlib.import_module(f"lambdas.activities.{name}") for name in MODULES]
    return {
        "".join(word.capitalize() for word in name.split("_")): handler
        for module in modules
        for name, handler in vars(module).items()
        if hasattr(handler, "__wrapped__")
    }


def _response(status: int, body: object, *, error: bool = False, code: str = "") -> AWSResponse:
    headers: Any = {"x-amzn-RequestId": "request-1"}
    if error:
        headers["X-Amz-Function-Error"] = "Unhandled"
    if code:
        headers["x-amzn-ErrorType"] = code
    return AWSResponse("", status, headers, MockRawResponse(json.dumps(body).encode()))


def _refusal(status: int, code: str) -> AWSResponse:
    return _response(status, {"Type": "User", "message": code}, code=code)
