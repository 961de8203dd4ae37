"""What notifies the operators. docs/operations.md has a runbook for each alarm."""

from collections.abc import Sequence

from aws_cdk import Duration
from aws_cdk import aws_apigatewayv2 as apigateway
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_stepfunctions as sfn

from stacks.monitoring.release_alarms import FAILING_PERCENT, failing_percent
from stacks.operations.metrics import MAX_METRICS, PERIOD, custom_metric, or_zero, sum_of, total
from stacks.operations.operator_notifications import OperatorNotifications
from stacks.security.grants import SEND_EMAIL
from stacks.settings.deployment_settings import DeploymentSettings
from stacks.workflow.activity_functions import ACTIVITIES, activity_name
from stacks.workflow.janitor import Janitor

STUCK_PERIODS = 24
"""The janitor retries a stuck compensation at most an hour apart, and each attempt counts it: two
hours keep the alarm on, so it notifies once and not at every attempt.
"""
STOPPED_ELSEWHERE = 3
SLOW_MS = 12_000
"""More than the longest wait for an outcome that a caller can ask for (10 s)."""
LAG_SECONDS = 300
OLD_MESSAGE = Duration.days(1)
BOUNCE_RATE, COMPLAINT_RATE = 0.05, 0.001
"""SES puts an account under review at these. (SES developer guide, "Reputation metrics")"""
EMAIL_ERRORS = ("MailRejected", "MailUnsettled")
UNITS_OR_MONEY = ("process_payment", "update_order_status", "refund_payment", "release_stock")
"""The activities that move what an earlier one reserved or captured."""
ABORT_ROUTE = "abort"


def add_order_alarms(
    notifications: OperatorNotifications, machine: sfn.StateMachine, settings: DeploymentSettings
) -> None:
    """Alarms on orders that no release is rolled back for."""
    notifications.alarm(
        "CompensationStuck",
        custom_metric(settings, "CompensationStuck", activity="close_order"),
        "An order cannot be compensated; the operations queue names it.",
        periods=STUCK_PERIODS,
        datapoints=1,
    )
    mismatches = [
        custom_metric(settings, "LedgerMismatch", activity=name) for name in UNITS_OR_MONEY
    ]
    mismatches.append(custom_metric(settings, "PaymentMismatch", activity="process_payment"))
    notifications.alarm(
        "LedgerMismatch",
        total(mismatches, "Mismatches"),
        "The records of an order differ from the stock or from the payment provider's books.",
    )
    notifications.alarm(
        "OrdersFailingAtLowTraffic",
        failing_percent(machine, at_least=2, period=Duration.hours(1)),
        "A fifth of the executions that ended within an hour failed.",
        threshold=FAILING_PERCENT,
    )
    notifications.alarm(
        "ExecutionsAborted",
        _stopped_elsewhere(machine, settings),
        "Executions were stopped, and not by operators through the API.",
        threshold=STOPPED_ELSEWHERE,
    )
    notifications.alarm(
        "RefundsFailingLater",
        custom_metric(settings, "RefundFailedLater"),
        "A refund failed after it had succeeded: an ended order owes its customer money.",
    )
    notifications.alarm(
        "PaymentsDisputed",
        custom_metric(settings, "PaymentDisputed"),
        "A customer disputes a payment with the bank.",
    )
    notifications.alarm(
        "PaymentsDiffer",
        custom_metric(settings, "PaymentDifference"),
        "Payments differ between the ledger and the provider; the operations queue names them.",
    )
    _add_email_alarms(notifications, settings)


def add_service_alarms(
    notifications: OperatorNotifications,
    api: apigateway.HttpApi,
    functions: Sequence[lambda_.IFunction],
) -> None:
    """Alarms on the API and on the limits of the account; `functions` are all of the stack."""
    notifications.alarm(
        "ApiErrors",
        api.metric_server_error(period=PERIOD, statistic="Sum"),
        "The API answers 5xx.",
        threshold=5,
    )
    notifications.alarm(
        "ApiSlow",
        api.metric_latency(period=PERIOD, statistic="p99"),
        "One of a hundred requests takes longer than the longest wait that it can ask for.",
        threshold=SLOW_MS,
        periods=3,
    )
    for start in range(0, len(functions), MAX_METRICS):
        throttles = [
            function.metric_throttles(period=PERIOD) for function in functions[start:][:MAX_METRICS]
        ]
        notifications.alarm(
            f"FunctionsThrottled{start // MAX_METRICS + 1}",
            total(throttles, "Throttled invocations"),
            "Lambda refuses invocations: the account's concurrency is used up.",
        )
    notifications.alarm(
        "OperationsMessagesOld",
        notifications.queue.metric_approximate_age_of_oldest_message(period=PERIOD),
        "A message on the operations queue was not processed for a day.",
        threshold=OLD_MESSAGE.to_seconds(),
    )


def add_janitor_alarms(
    notifications: OperatorNotifications, janitor: Janitor, settings: DeploymentSettings
) -> None:
    """Alarms on the recovery of orders."""
    for name, watched in (("Sweep", janitor.sweep), ("FastPath", janitor.execution_stopped)):
        notifications.alarm(
            f"Janitor{name}Errors",
            watched.function.metric_errors(period=PERIOD),
            "A function of the janitor fails: lost doorbells and executions are not recovered.",
        )
    notifications.alarm(
        "JanitorChecksFailing",
        custom_metric(settings, "Janitor-failed"),
        "The janitor cannot check some orders; its log has their ids and errors.",
        periods=3,
    )
    notifications.alarm(
        "JanitorLag",
        custom_metric(settings, "OldestOverdueCheckSeconds", statistic="Maximum"),
        "The janitor checks orders too late.",
        threshold=LAG_SECONDS,
        periods=2,
    )
    notifications.alarm(
        "OrdersPastDeadline",
        custom_metric(settings, "OrderPastDeadline"),
        "Orders still wait for an approval minutes after their deadline.",
        periods=2,
    )
    notifications.alarm(
        "JanitorTakeoversRepeated",
        custom_metric(settings, "TakeoverRepeated"),
        "The janitor takes the same order over again and again.",
    )
    notifications.alarm_on_missing_data(
        "JanitorSilent",
        janitor.sweep.function.metric_invocations(period=PERIOD),
        "The janitor does not run: lost doorbells and executions are not recovered.",
    )


def _stopped_elsewhere(
    machine: sfn.StateMachine, settings: DeploymentSettings
) -> cloudwatch.MathExpression:
    """Aborted executions minus those that operators stopped through the API."""
    metrics = {
        "aborted": machine.metric_aborted(),
        "requested": custom_metric(settings, "Answer2xx", route=ABORT_ROUTE),
    }
    terms = [or_zero("aborted"), f"-{or_zero('requested')}"]
    return sum_of(terms, metrics, "Executions stopped elsewhere")


def _add_email_alarms(notifications: OperatorNotifications, settings: DeploymentSettings) -> None:
    senders = [activity_name(row) for row in ACTIVITIES.values() if SEND_EMAIL in row.grants]
    refused = [
        custom_metric(settings, error, activity=activity)
        for error in EMAIL_ERRORS
        for activity in senders
    ]
    notifications.alarm(
        "EmailsFailing",
        total(refused, "E-mails not sent"),
        "SES refuses e-mails, or did not answer; the log of the activity has the reason.",
    )
    for name, metric, limit in (
        ("EmailsBouncing", "Reputation.BounceRate", BOUNCE_RATE),
        ("EmailComplaints", "Reputation.ComplaintRate", COMPLAINT_RATE),
    ):
        notifications.alarm(
            name,
            _reputation(metric),
            "SES puts an account under review at this rate, then stops its e-mails.",
            threshold=limit,
        )


def _reputation(name: str) -> cloudwatch.Metric:
    return cloudwatch.Metric(
        namespace="AWS/SES", metric_name=name, statistic="Average", period=Duration.hours(1)
    )
