"""Causes faults: functions of the stack run on fakes, and AWS services measure what they do."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from types import ModuleType, SimpleNamespace
from typing import Any, cast

from aws_lambda_powertools.utilities.typing import LambdaContext

from lambdas import activity_handler, telemetry
from lambdas.api.handler import respond
from tests.drills.measurements import Measurements
from tests.infrastructure.template import Template, text
from tests.support.telemetry import discard_metrics
from tests.support.world import World

Handler = Callable[[Any, Any], Any]


class Fault:
    """The system of one drill: `world` holds the fakes, `measured` the metrics. `ran_code`: a
    function of the stack ran; otherwise the drill only records what a service of AWS would report.
    """

    def __init__(self, template: Template) -> None:
        self.template = template
        self.measured = Measurements()
        self.world = World()
        self.ran_code = False

    def invoke(
        self, function: str, handler: Handler, event: Any, module: ModuleType | None = None
    ) -> None:
        """Invoke a function of the stack. `module` has its `dependencies`."""
        self._begin_process()
        failed = True
        composed = self._composed(module or activity_handler)
        with composed, self.measured.collected(), suppress(Exception):
            handler(event, self._context(function))
            failed = False
        self._lambda_metric(function, "Invocations", 1)
        self._lambda_metric(function, "Errors", int(failed))

    def run_activity(self, activity: Handler, order_id: str, epoch: int = 1) -> None:
        """Invoke an activity for an order, as the state machine does."""
        name = activity.__name__.replace("_", "-")
        self.invoke(name, activity, {"order_id": order_id, "epoch": epoch, "version": "v2"})

    def request(self, event: Mapping[str, Any]) -> None:
        """Send a request to the function of the API."""
        self._begin_process()
        with self.measured.collected():
            answer = respond(event, self._context("api"), lambda: self.world.deps)
        self.answer_request(int(answer["statusCode"]))

    def throttle(self, function: str) -> None:
        """Lambda refuses an invocation."""
        self._lambda_metric(function, "Throttles", 1)

    def fail_without_code(self, function: str, times: int) -> None:
        """Invocations of all versions fail before the code of the function runs."""
        for _ in range(times):
            self._lambda_metric(function, "Errors", 1)

    def age_of_stream(self, function: str, milliseconds: int) -> None:
        """The age of the newest record that the function read from the stream."""
        self._lambda_metric(function, "IteratorAge", milliseconds)

    def end_executions(self, status: str, times: int = 1) -> None:
        """Executions end with a status of Step Functions: `Failed`, `TimedOut`, `Aborted`."""
        machine = {"StateMachineArn": self._only("StepFunctions::StateMachine")}
        self.measured.add("AWS/States", f"Executions{status}", machine, [1.0] * times)

    def hold_message(self, queue: str, age_seconds: int = 60) -> None:
        """A queue holds a message. `queue` is the logical id without its hash."""
        name = {"QueueName": f"<{queue}>"}
        self.measured.add("AWS/SQS", "ApproximateNumberOfMessagesVisible", name, [1])
        self.measured.add("AWS/SQS", "ApproximateAgeOfOldestMessage", name, [age_seconds])

    def answer_request(self, status: int, milliseconds: int = 100) -> None:
        """The API answers a request."""
        api = {"ApiId": self._only("ApiGatewayV2::Api")}
        self.measured.add("AWS/ApiGateway", "5xx", api, [int(status >= 500)])
        self.measured.add("AWS/ApiGateway", "Latency", api, [milliseconds])

    def reputation(self, name: str, rate: float) -> None:
        """SES computes the share of e-mails that bounced, or of which recipients complained."""
        self.measured.add("AWS/SES", f"Reputation.{name}Rate", {}, [rate])

    def _begin_process(self) -> None:
        """A function of the stack has its own process, with its own metrics."""
        self.ran_code = True
        discard_metrics()
        telemetry.metrics.service = self.template.stack_name

    @contextmanager
    def _composed(self, module: ModuleType) -> Iterator[None]:
        before = module.dependencies
        module.dependencies = lambda: self.world.deps  # type: ignore[attr-defined]
        try:
            yield
        finally:
            module.dependencies = before  # type: ignore[attr-defined]

    def _context(self, function: str) -> LambdaContext:
        version = next(iter(self._versions(self._logical_id(function))), "$LATEST")
        context = SimpleNamespace(aws_request_id="drill", function_version=version)
        return cast(LambdaContext, context)

    def _lambda_metric(self, function: str, name: str, value: float) -> None:
        """Lambda measures each function, and each of its versions."""
        logical = self._logical_id(function)
        full_name = text({"Ref": logical})
        self.measured.add("AWS/Lambda", name, {"FunctionName": full_name}, [value])
        for version in self._versions(logical):
            resource = {"FunctionName": full_name, "Resource": f"{full_name}:{version}"}
            self.measured.add("AWS/Lambda", name, resource, [value])

    def _logical_id(self, function: str) -> str:
        name = f"{self.template.stack_name}-{function}"
        functions = self.template.of_type("Lambda::Function").items()
        return next(one for one, found in functions if found["Properties"]["FunctionName"] == name)

    def _versions(self, logical_id: str) -> list[str]:
        """The published versions of a function, as the template refers to them."""
        return [
            text({"Fn::GetAtt": [one, "Version"]})
            for one, found in self.template.of_type("Lambda::Version").items()
            if found["Properties"]["FunctionName"] == {"Ref": logical_id}
        ]

    def _only(self, kind: str) -> str:
        (logical,) = self.template.of_type(kind)
        return text({"Ref": logical})
