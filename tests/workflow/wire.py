"""The connection between the adapters and AWS: counts every call and injects faults."""

import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.model import OperationModel
from moto.core.botocore_stubber import MockRawResponse
from moto.core.models import botocore_stubber

from tests.workflow.faults import CallEffect, WireFault


@dataclass(frozen=True, slots=True)
class Call:
    """One call of an AWS operation ("dynamodb.GetItem"), by the function of `state` or, where that
    is None, by the application outside of any function.
    """

    state: str | None
    operation: str
    body: str = field(default="", compare=False, repr=False)


_WRITES = frozenset({"PutItem", "UpdateItem", "TransactWriteItems"})


class Wire:
    """Records the calls of the adapters, and injects faults into them.

    It is installed on their botocore session. `running` returns the name of the running handler.
    `committing` is called before each transaction, `after_write` after each write, before another
    handler can write.
    """

    def __init__(
        self, running: Callable[[], str | None], committing: Callable[[str], object]
    ) -> None:
        self.calls: list[Call] = []
        self.faults: list[WireFault] = []
        self.after_write: Callable[[], object] = lambda: None
        self._running = running
        self._committing = committing
        self._lock = threading.Lock()

    def install(self, session: Any) -> None:
        """Listen to everything that the later clients of a botocore session do."""
        # botocore runs every handler of `before-send` and takes the first answer: with moto's own
        # handler left in place, moto would also do what a fault says is lost.
        session.unregister("before-send", botocore_stubber)
        session.register("before-send", self._send)
        session.register("before-call", self._count)
        session.register("before-parameter-build.sfn.StartExecution", _start_without_alias)

    def _count(self, model: OperationModel, params: Mapping[str, Any], **_: Any) -> None:
        operation = f"{model.service_model.service_id.hyphenize()}.{model.name}"
        state = self._running()
        body = params["body"]
        text = body.decode(errors="replace") if isinstance(body, bytes) else str(body)
        self.calls.append(Call(state, operation, text))
        if state is not None and _commits(operation, params):
            self._committing(state)

    def _send(self, event_name: str, request: AWSPreparedRequest, **more: Any) -> Any:
        fault = self._next_fault(event_name.removeprefix("before-send."), request)
        if fault is None:
            return self._deliver(event_name, request, more)
        if fault.effect is CallEffect.ANSWER_LOST:
            self._deliver(event_name, request, more)
        return _reply(200, {}) if fault.effect is CallEffect.DROPPED else _refusal(fault)

    def _deliver(self, event_name: str, request: AWSPreparedRequest, more: Any) -> Any:
        """Let moto answer; one DynamoDB request at a time, as moto's transactions are not isolated
        from each other (DynamoDB's are).
        """
        if not event_name.startswith("before-send.dynamodb"):
            return botocore_stubber(event_name, request, **more)
        with self._lock:
            answer = botocore_stubber(event_name, request, **more)
            if event_name.rpartition(".")[2] in _WRITES:
                self.after_write()
            return answer

    def _next_fault(self, operation: str, request: AWSPreparedRequest) -> WireFault | None:
        for index, fault in enumerate(self.faults):
            if fault.times > 0 and self._meant(fault, operation, request):
                self.faults[index] = replace(fault, times=fault.times - 1)
                return fault
        return None

    def _meant(self, fault: WireFault, operation: str, request: AWSPreparedRequest) -> bool:
        body = request.body.decode() if isinstance(request.body, bytes) else str(request.body)
        return (
            fault.operation == operation
            and fault.state in (None, self._running())
            and (not fault.table or f'"{fault.table}"' in body)
        )


def _commits(operation: str, params: Mapping[str, Any]) -> bool:
    """Whether a call records the effect of an activity: a transaction, or the write of a charge."""
    is_charge = operation == "dynamodb.UpdateItem" and "#charged" in str(params["body"])
    return is_charge or operation == "dynamodb.TransactWriteItems"


def _start_without_alias(params: dict[str, Any], **_: Any) -> None:
    """moto cannot start through an alias (AWS runs the version that the alias names)."""
    params["stateMachineArn"] = params["stateMachineArn"].removesuffix(":live")


def _refusal(fault: WireFault) -> AWSResponse:
    body = {"__type": fault.code, "message": "injected", **fault.details}
    return _reply(fault.status, body, {"x-amzn-errortype": fault.code})


def _reply(status: int, body: object, headers: Any = ()) -> AWSResponse:
    return AWSResponse("", status, dict(headers), MockRawResponse(json.dumps(body)))  # type: ignore[arg-type]
