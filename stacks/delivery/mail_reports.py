"""Bounces and complaints: from the configuration set, over EventBridge, to the orders."""

from typing import Any

from aws_cdk import Duration
from aws_cdk import aws_events as events
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from stacks.delivery.email_sender import EmailSender
from stacks.functions.event_function import EventFunction
from stacks.functions.lambda_function import FunctionRow
from stacks.functions.lambda_platform import LambdaPlatform
from stacks.operations.operator_notifications import OperatorNotifications
from stacks.security.grants import WRITE_ORDER

RECORD = FunctionRow(
    name="record-mail-reports",
    handler="lambdas.handlers.mail_reports_handler.record",
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
"""By rule: the part that only its events have, and what the function gets besides the tags."""
_TAGS = {
    tag: events.EventField.from_path(f"$.detail.mail.tags.{tag}") for tag in ("order_id", "mail")
}


class MailReports(Construct):
    """The rules select the events of the configuration set of this stack, and pass no address."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        platform: LambdaPlatform,
        sender: EmailSender,
        notifications: OperatorNotifications,
    ) -> None:
        super().__init__(scope, construct_id)
        record = EventFunction(
            self,
            "Record",
            platform=platform,
            row=RECORD,
            dead_letters=notifications.dead_letter_queue("MailReportFailures"),
            retries=8,
            max_age=Duration.hours(24),
        )
        self.function: lambda_.Function = record.function
        sender.report_to(events.EventBus.from_event_bus_name(self, "DefaultBus", "default"))
        for rule_id, (part, report) in _REPORTS.items():
            pattern = _pattern(part, sender.configuration_set_name)
            record.on_event(rule_id, pattern, payload={**_TAGS, **report})


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
