"""Bounces and complaints: from the configuration set, over EventBridge, to the orders."""

from typing import Any

from aws_cdk import Duration
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from stacks.email_sender import EmailSender
from stacks.grants import WRITE_ORDER, Resources
from stacks.lambda_function import FunctionRow, LambdaFunction
from stacks.lambda_platform import LambdaPlatform
from stacks.operations import Operations

RECORD = FunctionRow(
    name="record-mail-reports",
    handler="lambdas.mail_reports_handler.record",
    grants=(WRITE_ORDER,),
    timeout_seconds=20,
)
_BOUNCE_TYPE = " ".join(
    events.EventField.from_path(f"$.detail.bounce.{field}")
    for field in ("bounceType", "bounceSubType")
)
_REPORTS: dict[str, tuple[str, dict[str, str]]] = {
    "Bounced": ("bounce", {"delivery": "bounced", "bounce_type": _BOUNCE_TYPE}),
    "Complained": ("complaint", {"delivery": "complained"}),
}
"""By rule: the part that only this kind of event has, and the input of the function besides the
tags.
"""


class MailReports(Construct):
    """The rules select the events of the configuration set of this stack, and pass no address."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        platform: LambdaPlatform,
        resources: Resources,
        sender: EmailSender,
        operations: Operations,
    ) -> None:
        super().__init__(scope, construct_id)
        self._dead_letters = operations.dead_letter_queue("MailReportFailures")
        self.function: lambda_.Function = LambdaFunction(
            self,
            "Record",
            platform=platform,
            row=RECORD,
            resources=resources,
            dead_letters=self._dead_letters,
        ).function
        self.function.configure_async_invoke(retry_attempts=2, max_event_age=Duration.hours(6))
        bus = events.EventBus.from_event_bus_name(self, "DefaultBus", "default")
        sender.report_to(bus)
        for name, (part, message) in _REPORTS.items():
            self._add_rule(name, _pattern(part, sender.configuration_set_name), message)

    def _add_rule(self, name: str, pattern: events.EventPattern, message: dict[str, str]) -> None:
        tags = {
            tag: events.EventField.from_path(f"$.detail.mail.tags.{tag}")
            for tag in ("order_id", "mail")
        }
        target = targets.LambdaFunction(
            self.function,
            event=events.RuleTargetInput.from_object({**tags, **message}),
            dead_letter_queue=self._dead_letters,
            retry_attempts=8,
            max_event_age=Duration.hours(24),
        )
        events.Rule(self, name, event_pattern=pattern, targets=[target])


def _pattern(part: str, configuration_set: str) -> events.EventPattern:
    """Events of SES about e-mails with the tags of this project. (SES developer guide,
    "Examples of event data")
    """
    exists: list[Any] = [{"exists": True}]
    return events.EventPattern(
        source=["aws.ses"],
        detail={
            part: {"feedbackId": exists},
            "mail": {
                "tags": {
                    "ses:configuration-set": [configuration_set],
                    "order_id": exists,
                    "mail": exists,
                }
            },
        },
    )
