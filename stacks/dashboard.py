"""One dashboard for operators: alarms first, then orders, API, janitor and queues."""

from aws_cdk import Aws, Stack
from aws_cdk import aws_apigatewayv2 as apigateway
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from stacks.deployment_settings import DeploymentSettings
from stacks.janitor import Janitor
from stacks.metrics import counted
from stacks.operations import Operations

_HALF = 12


class Dashboard(Construct):
    """Shows the alarms that are created before it, so it comes last."""

    def __init__(self, scope: Construct, construct_id: str, *, operations: Operations) -> None:
        super().__init__(scope, construct_id)
        self._operations = operations
        # Dashboards are global in an account, unlike everything else that has a name here.
        name = f"{Stack.of(self).stack_name}-{Aws.REGION}"
        self._page = cloudwatch.Dashboard(self, "Dashboard", dashboard_name=name)
        alarms = list(operations.alarms)
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
        """Add the graphs of the workflow's parts, two to a row."""
        self._page.add_widgets(_executions(machine), _outcomes(settings))
        self._page.add_widgets(_durations(machine))
        self._page.add_widgets(_requests(api), _latency(api))
        self._page.add_widgets(_janitor(janitor), _queues(self._operations))


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
    ends = ("Rejected", "Declined", "Expired", "Cancelled", "Failed")
    return _graph(
        "Orders by outcome",
        counted(settings, "OrderCompleted", activity="update_order_status"),
        *(counted(settings, f"Order{end}", activity="close_order") for end in ends),
        counted(settings, "CompensationStuck", activity="close_order"),
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


def _queues(operations: Operations) -> cloudwatch.GraphWidget:
    return _graph(
        "Messages for operators",
        operations.queue.metric_approximate_number_of_messages_visible(label="operations"),
        operations.unread.metric_approximate_number_of_messages_visible(label="unread"),
    )
