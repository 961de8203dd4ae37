"""What wakes an operator, each with what to do about it."""

from aws_cdk import Duration
from aws_cdk import aws_apigatewayv2 as apigateway
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_stepfunctions as sfn

from stacks.deployment_settings import DeploymentSettings
from stacks.janitor import Janitor
from stacks.lambda_platform import METRICS_NAMESPACE
from stacks.operations import Operations

_PERIOD = Duration.minutes(5)
FAILING_PERCENT = 50
"""Declined payments and missing stock fail orders too, but not half of them."""


def add_workflow_alarms(
    operations: Operations, machine: sfn.StateMachine, settings: DeploymentSettings
) -> tuple[cloudwatch.Alarm, ...]:
    """Alarms on executions. A release that sets one of them off is rolled back."""
    alarm = operations.alarm
    # Not one of them: an operator's StopExecution says nothing about the release.
    alarm(
        "ExecutionsAborted",
        machine.metric_aborted(period=_PERIOD),
        "Somebody stopped executions; the janitor compensates their orders.",
    )
    return (
        alarm("CompensationStuck", _stuck(settings), "An order cannot be undone: see the queue."),
        alarm(
            "ExecutionsTimedOut",
            machine.metric_timed_out(period=_PERIOD),
            "Executions outlived their limit; the janitor compensates their orders.",
        ),
        alarm(
            "OrdersFailing",
            _failing_percent(machine),
            "Most orders fail: look at the release, the provider and the activity errors.",
            threshold=FAILING_PERCENT,
        ),
    )


def add_service_alarms(
    operations: Operations,
    api: apigateway.HttpApi,
    janitor: Janitor,
    settings: DeploymentSettings,
) -> None:
    """Alarms on the API and the janitor."""
    operations.alarm(
        "ApiErrors",
        api.metric_server_error(period=_PERIOD, statistic="Sum"),
        "The API answers 5xx: see its log for the request ids.",
        threshold=5,
    )
    for name, watched in (("Sweep", janitor.sweep), ("FastPath", janitor.execution_stopped)):
        operations.alarm(
            f"Janitor{name}Errors",
            watched.function.metric_errors(period=_PERIOD),
            "The janitor fails: lost wake-ups and executions are not healed meanwhile.",
        )
    operations.alarm(
        "JanitorOrdersUnhealed",
        _unhealed(settings),
        "The janitor cannot look after some orders: its log names them and why.",
        periods=3,
    )
    operations.alarm_on_silence(
        "JanitorSilent",
        janitor.sweep.function.metric_invocations(period=_PERIOD),
        "The janitor does not run: lost wake-ups and executions are not healed meanwhile.",
    )


def _unhealed(settings: DeploymentSettings) -> cloudwatch.Metric:
    return cloudwatch.Metric(
        namespace=METRICS_NAMESPACE,
        metric_name="Janitor-failed",
        dimensions_map={"service": settings.stack_name},
        statistic="Sum",
        period=_PERIOD,
    )


def _stuck(settings: DeploymentSettings) -> cloudwatch.Metric:
    return cloudwatch.Metric(
        namespace=METRICS_NAMESPACE,
        metric_name="CompensationStuck",
        dimensions_map={"service": settings.stack_name, "activity": "close_order"},
        statistic="Sum",
        period=_PERIOD,
    )


def _failing_percent(machine: sfn.StateMachine) -> cloudwatch.MathExpression:
    return cloudwatch.MathExpression(
        expression="IF(started >= 10, 100 * failed / started, 0)",
        using_metrics={"started": machine.metric_started(), "failed": machine.metric_failed()},
        label="Failing executions (%)",
        period=_PERIOD,
    )
