"""The committed state machine on moto's ASL interpreter, with the real handlers, in this process.

moto's interpreter is independent of the local emulator and was written against recorded AWS
histories. Agreement of the two is the best evidence without AWS.
"""

import os
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from typing import Any, Self
from unittest.mock import patch

import boto3
import botocore.session
from botocore.config import Config
from moto import mock_aws
from moto.stepfunctions.parser.models import stepfunctions_parser_backends

from lambdas.adapters import aws_clients
from lambdas.dependencies import dependencies
from lambdas.telemetry import metrics
from tests.support.moto_values import read_values_directly
from tests.workflow import resources
from tests.workflow.lambda_service import LambdaService
from tests.workflow.moto_repairs import repaired
from tests.workflow.virtual_time import POLL_SECONDS, VirtualClock
from tests.workflow.wire import Wire

SETTLE_TIMEOUT_SECONDS = 600
_LOADER = botocore.session.get_session().get_component("data_loader")
_AWS = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_DEFAULT_REGION": resources.REGION,
    "AWS_REGION": resources.REGION,
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
}


class MotoEngine:
    """A context manager: a fresh account with the workflow deployed, on virtual time. `watch` gets
    the botocore session of the adapters before it makes clients.
    """

    def __init__(self, watch: Callable[[Any], object] = lambda _: None) -> None:
        self._watch = watch
        self.clock = VirtualClock()
        self.lambdas = LambdaService()
        self.wire = Wire(
            running=lambda: self.lambdas.running,
            committing=lambda state: self.lambdas.happens("committing", state),
        )
        self.environment: Mapping[str, str] = {}
        self._ended: dict[str, list[dict[str, Any]]] = {}
        self._open = ExitStack()

    def __enter__(self) -> Self:
        enter = self._open.enter_context
        enter(patch.dict(os.environ, _AWS))
        enter(mock_aws(config={"stepfunctions": {"execute_state_machine": True}}))
        enter(repaired(self.clock))
        enter(read_values_directly())
        enter(patch.object(metrics.provider, "namespace", "OrderWorkflow"))
        enter(patch.object(boto3, "DEFAULT_SESSION", self._interpreters_session()))
        adapters_session = _session()
        self.wire.install(adapters_session)
        self._watch(adapters_session)
        enter(patch.object(aws_clients, "_session", lambda: adapters_session))
        self.environment = resources.deploy()
        enter(patch.dict(os.environ, self.environment))
        dependencies.cache_clear()
        self._open.callback(dependencies.cache_clear)
        self._open.callback(self._stop_all)
        resources.seed()
        self._sfn = boto3.client("stepfunctions")
        return self

    def __exit__(self, *raised: object) -> None:
        self._open.close()

    def settle(self) -> None:
        """Return when every execution has ended or waits for its token."""
        until = time.monotonic() + SETTLE_TIMEOUT_SECONDS
        while self.clock.waiting_for_tokens() < len(running := self._running()):
            assert time.monotonic() < until, f"still busy: {running}"
            time.sleep(POLL_SECONDS)

    def let_pass(self, seconds: float) -> None:
        """Advance the time. Each wait that ends within it ends at its own time."""
        self.settle()
        until = self.clock.now() + seconds * 1000
        while (due := self.clock.next_due()) is not None and due <= until:
            self.clock.advance_to(due)
            self.settle()
        self.clock.advance_to(until)
        self.settle()

    def stop(self, execution: str) -> None:
        """StopExecution, as an operator in the AWS console does."""
        self._sfn.stop_execution(executionArn=self._arn(execution))
        self.settle()

    def lose(self, execution: str) -> None:
        """Forget an execution, as an engine does that keeps them in memory only."""
        self.stop(execution)
        backend: Any = stepfunctions_parser_backends[resources.ACCOUNT][resources.REGION]
        for machine in backend.state_machines:
            machine.executions[:] = [e for e in machine.executions if e.name != execution]

    def status(self, execution: str) -> str:
        return self._sfn.describe_execution(executionArn=self._arn(execution))["status"]

    def output(self, execution: str) -> str:
        return self._sfn.describe_execution(executionArn=self._arn(execution))["output"]

    def history(self, execution: str) -> list[dict[str, Any]]:
        """The execution's events with their data, oldest first. The history of an ended execution
        is cached, because moto takes a tenth of a second to return one.
        """
        if execution in self._ended:
            return self._ended[execution]
        running = execution in self._running()
        answer = self._sfn.get_execution_history(executionArn=self._arn(execution))
        events = [dict(event) for event in answer["events"]]
        if not running:
            self._ended[execution] = events
        return events

    def executions(self) -> list[str]:
        """The names of all executions, oldest first."""
        listed = self._sfn.list_executions(stateMachineArn=self._machine())["executions"]
        return [execution["name"] for execution in reversed(listed)]

    def _running(self) -> list[str]:
        """Read from moto's backend: it is called often, and an API call is slower."""
        backend: Any = stepfunctions_parser_backends[resources.ACCOUNT][resources.REGION]
        executions = [e for machine in backend.state_machines for e in machine.executions]
        return [e.name for e in executions if e.status == "RUNNING"]

    def _machine(self) -> str:
        return self.environment["STATE_MACHINE_ALIAS_ARN"].removesuffix(":live")

    def _arn(self, execution: str) -> str:
        return f"{self._machine().replace(':stateMachine:', ':execution:')}:{execution}"

    def _stop_all(self) -> None:
        """End all threads of the interpreter."""
        for name in self._running():
            self.stop(name)

    def _interpreters_session(self) -> boto3.Session:
        session = _session()
        self.lambdas.install(session)
        return _OneClientPerService(botocore_session=session)


class _OneClientPerService(boto3.Session):
    """Caches the clients: creating one is slower than a call and not thread-safe, and branches of a
    Parallel state run concurrently. Clients do not retry; the interpreter does.
    """

    def __init__(self, **named: Any) -> None:
        super().__init__(**named)
        self._clients: dict[str, Any] = {}
        self._lock = threading.Lock()

    def client(self, service_name: str, *_: object, **__: object) -> Any:
        with self._lock:
            if service_name not in self._clients:
                config = Config(parameter_validation=False, retries={"total_max_attempts": 1})
                create: Any = super().client
                self._clients[service_name] = create(service_name, config=config)
            return self._clients[service_name]


def _session() -> botocore.session.Session:
    """A separate session; the service models are read from disk once per process."""
    session = botocore.session.get_session()
    session.register_component("data_loader", _LOADER)
    return session
