"""A Lambda function that EventBridge invokes."""

from collections.abc import Mapping

from aws_cdk import Duration
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from stacks.functions.lambda_function import FunctionRow, LambdaFunction
from stacks.functions.lambda_platform import LambdaPlatform

MAX_INVOCATION_RETRIES = 2
MAX_INVOCATION_AGE = Duration.hours(6)
"""Limits of Lambda for asynchronous invocations; EventBridge retries longer."""


class EventFunction(LambdaFunction):
    """The function of a row, for which `on_schedule` and `on_event` add rules.

    EventBridge retries an event that it cannot deliver, and Lambda an invocation that fails: at
    most `retries` times within `max_age`. Then the event goes to `dead_letters`.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        platform: LambdaPlatform,
        row: FunctionRow,
        dead_letters: sqs.IQueue,
        retries: int,
        max_age: Duration,
    ) -> None:
        super().__init__(
            scope,
            construct_id,
            platform=platform,
            row=row,
            dead_letters=dead_letters,
        )
        self._scope, self._dead_letters = scope, dead_letters
        self._retries, self._max_age = retries, max_age
        seconds = min(max_age.to_seconds(), MAX_INVOCATION_AGE.to_seconds())
        self.function.configure_async_invoke(
            retry_attempts=min(retries, MAX_INVOCATION_RETRIES),
            max_event_age=Duration.seconds(seconds),
        )

    def on_schedule(
        self, rule_id: str, schedule: events.Schedule, payload: Mapping[str, str] | None = None
    ) -> None:
        """Invoke the function on a schedule, with `payload` instead of the scheduled event."""
        events.Rule(self._scope, rule_id, schedule=schedule, targets=[self._target(payload)])

    def on_event(
        self, rule_id: str, pattern: events.EventPattern, payload: Mapping[str, str] | None = None
    ) -> None:
        """Invoke the function for each event of the default bus that matches, with `payload`
        instead of the event. Values of the payload can be fields of the event.
        """
        events.Rule(self._scope, rule_id, event_pattern=pattern, targets=[self._target(payload)])

    def _target(self, payload: Mapping[str, str] | None) -> targets.LambdaFunction:
        event = None if payload is None else events.RuleTargetInput.from_object(dict(payload))
        return targets.LambdaFunction(
            self.function,
            event=event,
            dead_letter_queue=self._dead_letters,
            retry_attempts=self._retries,
            max_event_age=self._max_age,
        )
