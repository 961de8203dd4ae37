"""One dashboard for operators: alarms, business, health, infrastructure."""

from aws_cdk import Aws, Stack
from aws_cdk import aws_apigatewayv2 as apigateway
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from stacks.operations.emitted_metrics import ENDS
from stacks.operations.metrics import by_dimension, custom_metric
from stacks.operations.operator_notifications import OperatorNotifications
from stacks.settings.deployment_settings import DeploymentSettings
from stacks.workflow.janitor import Janitor

_HALF = 12


class Dashboard(Construct):
    """Shows the alarms that are created before it, so it comes last."""

    def __init__(
        self, scope: Construct, construct_id: str, *, notifications: OperatorNotifications
    ) -> None:
        super().__init__(scope, construct_id)
        self._notifications = notifications
        # Dashboards are global in an account, unlike everything else that has a name here.
        name = f"{Stack.of(self).stack_name}-{Aws.REGION}"
        self._page = cloudwatch.Dashboard(self, "Dashboard", dashboard_name=name)
        alarms = list(notifications.alarms)
        self._page.add_widgets(
            cloudwatch.AlarmStatusWidget(title="Alarms", alarms=alarms, width=2 * _HALF)
        )

    def show(
        self,
        machine: sfn.StateMachine,
        *,
        api: apigateway.HttpApi,
        janitor: Janitor,
        settings: DeploymentSettings,
    ) -> None:
        """Add the graphs, two to a row: the business, then its health, then the infrastructure."""
        for left, right in (
            (_outcomes(settings), _money(settings)),
            (_approval_wait(settings), _categories(settings)),
            (_verdicts(settings), _payments(settings)),
            (_takeovers(settings), _oldest(settings)),
            (_retries(settings), _wake_ups(settings)),
            (_emails(settings), _mismatches(settings)),
            (_requests(api), _latency(api)),
            (_executions(machine), _durations(machine)),
            (_janitor(janitor), _exports(settings)),
            (_queues(self._notifications), _events(settings)),
        ):
            self._page.add_widgets(left, right)


def _graph(title: str, *metrics: cloudwatch.IMetric) -> cloudwatch.GraphWidget:
    return cloudwatch.GraphWidget(title=title, left=list(metrics), width=_HALF)


def _executions(machine: sfn.StateMachine) -> cloudwatch.GraphWidget:
    return _graph(
        "Executions",
        machine.metric_started(),
        machine.metric_succeeded(),
        machine.metric_failed(),
        machine.metric_timed_out(),
        machine.metric_aborted(),
    )


def _outcomes(settings: DeploymentSettings) -> cloudwatch.GraphWidget:
    return _graph(
        "Orders by outcome",
        custom_metric(settings, "OrderCompleted", activity="update_order_status"),
        *(custom_metric(settings, f"Order{end}", activity="close_order") for end in ENDS),
        custom_metric(settings, "CompensationStuck", activity="close_order"),
    )


def _money(settings: DeploymentSettings) -> cloudwatch.GraphWidget:
    return _graph(
        "Money by currency, in minor units",
        by_dimension(settings, "CapturedMinorUnits", "currency"),
        by_dimension(settings, "RefundedMinorUnits", "currency"),
    )


def _approval_wait(settings: DeploymentSettings) -> cloudwatch.GraphWidget:
    wait = {"category": "approval-loop"}
    return _graph(
        "Time in the approval loop",
        *(
            custom_metric(settings, "CategorySeconds", statistic=one, **wait)
            for one in ("p50", "p95")
        ),
    )


def _categories(settings: DeploymentSettings) -> cloudwatch.GraphWidget:
    return _graph(
        "Time by part of the workflow, p50",
        by_dimension(settings, "CategorySeconds", "category", statistic="p50"),
    )


def _verdicts(settings: DeploymentSettings) -> cloudwatch.GraphWidget:
    return _graph("Executions by verdict", by_dimension(settings, "ExecutionVerdict", "verdict"))


def _payments(settings: DeploymentSettings) -> cloudwatch.GraphWidget:
    reports = ("recorded", "refused", "postponed")
    return _graph(
        "Reports of the payment provider",
        custom_metric(settings, "PaymentDisputed"),
        custom_metric(settings, "DisputeLost"),
        custom_metric(settings, "RefundFailedLater"),
        *(custom_metric(settings, f"PaymentReport-{action}") for action in reports),
    )


def _takeovers(settings: DeploymentSettings) -> cloudwatch.GraphWidget:
    actions = ("started", "rung", "resumed", "taken-over", "failed")
    return _graph(
        "Recovered orders",
        *(custom_metric(settings, f"Janitor-{action}") for action in actions),
        custom_metric(settings, "TakeoverRepeated"),
        custom_metric(settings, "OrderPastDeadline"),
    )


def _oldest(settings: DeploymentSettings) -> cloudwatch.GraphWidget:
    return _graph(
        "Age of the oldest open order and overdue check",
        custom_metric(settings, "OldestOpenOrderSeconds", statistic="Maximum"),
        custom_metric(settings, "OldestOverdueCheckSeconds", statistic="Maximum"),
    )


def _retries(settings: DeploymentSettings) -> cloudwatch.GraphWidget:
    return _graph("Retries by activity", by_dimension(settings, "ActivityRetries", "retried"))


def _wake_ups(settings: DeploymentSettings) -> cloudwatch.GraphWidget:
    return _graph("Wake-ups by cause", by_dimension(settings, "WakeUps", "cause"))


def _emails(settings: DeploymentSettings) -> cloudwatch.GraphWidget:
    return _graph(
        "E-mails that were not sent",
        *(by_dimension(settings, error, "activity") for error in ("MailRejected", "MailUnsettled")),
    )


def _mismatches(settings: DeploymentSettings) -> cloudwatch.GraphWidget:
    errors = ("LedgerMismatch", "PaymentMismatch")
    return _graph(
        "Records that differ from stock or payments",
        *(by_dimension(settings, error, "activity") for error in errors),
        custom_metric(settings, "PaymentDifference"),
        custom_metric(settings, "PaymentsCompared"),
    )


def _exports(settings: DeploymentSettings) -> cloudwatch.GraphWidget:
    return _graph(
        "Exports of histories",
        custom_metric(settings, "HistoryExportFailed"),
        custom_metric(settings, "HistoriesSweptUp"),
    )


def _events(settings: DeploymentSettings) -> cloudwatch.GraphWidget:
    return _graph(
        "Events for other systems",
        custom_metric(settings, "EventsPublished"),
        custom_metric(settings, "EventsDelivered"),
        custom_metric(settings, "EventDeliveryFailed"),
    )


def _durations(machine: sfn.StateMachine) -> cloudwatch.GraphWidget:
    return _graph(
        "Time from start to end",
        machine.metric_time(statistic="p50"),
        machine.metric_time(statistic="p95"),
    )


def _requests(api: apigateway.HttpApi) -> cloudwatch.GraphWidget:
    return _graph(
        "Requests", api.metric_count(), api.metric_client_error(), api.metric_server_error()
    )


def _latency(api: apigateway.HttpApi) -> cloudwatch.GraphWidget:
    return _graph(
        "Latency", api.metric_latency(statistic="p50"), api.metric_latency(statistic="p99")
    )


def _janitor(janitor: Janitor) -> cloudwatch.GraphWidget:
    sweep, fast_path = janitor.sweep.function, janitor.execution_stopped.function
    return _graph(
        "Janitor",
        sweep.metric_invocations(label="sweeps"),
        sweep.metric_errors(label="failed sweeps"),
        fast_path.metric_invocations(label="stopped executions"),
        fast_path.metric_errors(label="failed fast paths"),
    )


def _queues(notifications: OperatorNotifications) -> cloudwatch.GraphWidget:
    return _graph(
        "Messages for operators",
        notifications.queue.metric_approximate_number_of_messages_visible(label="operations"),
        notifications.unread.metric_approximate_number_of_messages_visible(label="unread"),
    )
