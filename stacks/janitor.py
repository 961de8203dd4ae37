"""The janitor: a sweep every minute, and a fast path when an execution stops."""

from aws_cdk import Duration
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from stacks.grants import (
    IS_RUNNING,
    OLDEST_ORDERS,
    OPEN_ORDERS,
    ORDERS,
    REPORT_TO_OPERATIONS,
    RING,
    SETTLE_STOCK,
    START_LIVE,
    WRITE_ORDER,
    Resources,
)
from stacks.lambda_function import FunctionRow, LambdaFunction
from stacks.lambda_platform import LambdaPlatform
from stacks.operations import Operations

TIMEOUT_SECONDS = 60
"""One sweep must end before the next begins."""

SWEEP = FunctionRow(
    name="janitor-sweep",
    handler="lambdas.janitor_handler.sweep",
    grants=(
        ORDERS,
        OPEN_ORDERS,
        OLDEST_ORDERS,
        SETTLE_STOCK,
        START_LIVE,
        RING,
        IS_RUNNING,
        REPORT_TO_OPERATIONS,
    ),
    timeout_seconds=TIMEOUT_SECONDS,
)
EXECUTION_STOPPED = FunctionRow(
    name="janitor-execution-stopped",
    handler="lambdas.janitor_handler.on_execution_stopped",
    grants=(WRITE_ORDER, START_LIVE, RING, IS_RUNNING, REPORT_TO_OPERATIONS),
    timeout_seconds=TIMEOUT_SECONDS,
)


class Janitor(Construct):
    """Two functions with a rule each; what fails for good goes to their dead letters."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        platform: LambdaPlatform,
        resources: Resources,
        operations: Operations,
    ) -> None:
        super().__init__(scope, construct_id)
        self._dead_letters = operations.dead_letter_queue("JanitorFailures")
        self.sweep, self.execution_stopped = (
            LambdaFunction(
                self,
                name,
                platform=platform,
                row=row,
                resources=resources,
                dead_letters=self._dead_letters,
            )
            for name, row in (("Sweep", SWEEP), ("ExecutionStopped", EXECUTION_STOPPED))
        )
        self._schedule_sweep()
        self._follow_executions(resources["state-machine"].arn)

    @property
    def functions(self) -> list[lambda_.Function]:
        return [self.sweep.function, self.execution_stopped.function]

    @property
    def names(self) -> dict[str, str]:
        """Stack outputs."""
        return {"JanitorFunction": self.sweep.function.function_name}

    def _schedule_sweep(self) -> None:
        # A sweep that failed is not repeated: the next minute's does the same work.
        self.sweep.function.configure_async_invoke(
            retry_attempts=0, max_event_age=Duration.minutes(1)
        )
        events.Rule(
            self,
            "EveryMinute",
            schedule=events.Schedule.rate(Duration.minutes(1)),
            targets=[self._target(self.sweep.function, retries=0, age=Duration.minutes(1))],
        )

    def _follow_executions(self, state_machine_arn: str) -> None:
        self.execution_stopped.function.configure_async_invoke(
            retry_attempts=2, max_event_age=Duration.minutes(10)
        )
        events.Rule(
            self,
            "ExecutionStoppedRule",
            event_pattern=events.EventPattern(
                source=["aws.states"],
                detail_type=["Step Functions Execution Status Change"],
                detail={
                    # Executions start through an alias; the event's ARN may be qualified.
                    "stateMachineArn": [state_machine_arn, {"prefix": f"{state_machine_arn}:"}],
                    "status": ["FAILED", "TIMED_OUT", "ABORTED"],
                },
            ),
            targets=[
                self._target(self.execution_stopped.function, retries=8, age=Duration.minutes(10))
            ],
        )

    def _target(
        self, function: lambda_.IFunction, *, retries: int, age: Duration
    ) -> targets.LambdaFunction:
        return targets.LambdaFunction(
            function,
            dead_letter_queue=self._dead_letters,
            retry_attempts=retries,
            max_event_age=age,
        )
