"""The janitor: a sweep every minute, and a fast path when an execution stops."""

from aws_cdk import Duration
from aws_cdk import aws_events as events
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from stacks.functions.event_function import EventFunction
from stacks.functions.lambda_function import FunctionRow
from stacks.functions.lambda_platform import LambdaPlatform
from stacks.operations.operator_notifications import OperatorNotifications
from stacks.security.grants import (
    IS_RUNNING,
    OLDEST_ORDERS,
    OPEN_ORDERS,
    ORDERS,
    REPORT_TO_OPERATIONS,
    RING,
    SETTLE_STOCK,
    START_LIVE,
    WRITE_ORDER,
)
from stacks.workflow.order_state_machine import execution_ends

TIMEOUT_SECONDS = 60
"""One sweep must end before the next begins."""

SWEEP = FunctionRow(
    name="janitor-sweep",
    handler="lambdas.handlers.janitor_handler.sweep",
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
    handler="lambdas.handlers.janitor_handler.on_execution_stopped",
    grants=(WRITE_ORDER, START_LIVE, RING, IS_RUNNING, REPORT_TO_OPERATIONS),
    timeout_seconds=TIMEOUT_SECONDS,
)


class Janitor(Construct):
    """Two functions with a rule each, and one queue for the events that they cannot handle."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        platform: LambdaPlatform,
        notifications: OperatorNotifications,
    ) -> None:
        super().__init__(scope, construct_id)
        dead_letters = notifications.dead_letter_queue("JanitorFailures")
        self.sweep = EventFunction(
            self,
            "Sweep",
            platform=platform,
            row=SWEEP,
            dead_letters=dead_letters,
            # A failed sweep is not repeated: the next one does the same work.
            retries=0,
            max_age=Duration.minutes(1),
        )
        self.sweep.on_schedule("EveryMinute", events.Schedule.rate(Duration.minutes(1)))
        self.execution_stopped = EventFunction(
            self,
            "ExecutionStopped",
            platform=platform,
            row=EXECUTION_STOPPED,
            dead_letters=dead_letters,
            retries=8,
            max_age=Duration.minutes(10),
        )
        self.execution_stopped.on_event(
            "ExecutionStoppedRule",
            execution_ends(
                platform.resources["state-machine"].arn, "FAILED", "TIMED_OUT", "ABORTED"
            ),
        )

    @property
    def functions(self) -> list[lambda_.Function]:
        return [self.sweep.function, self.execution_stopped.function]

    @property
    def outputs(self) -> dict[str, str]:
        """Stack outputs."""
        return {"JanitorFunction": self.sweep.function.function_name}
