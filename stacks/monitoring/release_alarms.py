"""The alarms that roll a release back while a part of the new orders tries it.

None of them watches a state that an older release may have caused, such as a stuck compensation:
such an alarm would roll back the release that fixes it.
"""

from collections.abc import Mapping

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_stepfunctions as sfn

from stacks.operations.metrics import MAX_METRICS, PERIOD, crash_count, custom_metric, or_zero
from stacks.operations.operator_notifications import OperatorNotifications
from stacks.settings.deployment_settings import DeploymentSettings
from stacks.workflow.activity_functions import ACTIVITIES, activity_name

FAILING_PERCENT = 20
"""Business ends such as missing stock succeed: only defects, outages and operators fail executions.
"""
CANARY_FAILING_PERCENT = 5
"""Half of what a canary of a tenth of the orders adds when all of them fail."""
CRASHES = 3
"""An error and its own count may fall into different periods, so a single one proves nothing; a
package that cannot be imported fails every invocation.
"""


def add_release_alarms(
    notifications: OperatorNotifications,
    machine: sfn.StateMachine,
    versions: Mapping[str, lambda_.Version],
    settings: DeploymentSettings,
) -> list[cloudwatch.Alarm]:
    """Alarms on executions and on the function versions that the release names, by state."""
    return [
        notifications.alarm(
            "ExecutionsTimedOut",
            machine.metric_timed_out(period=PERIOD),
            "Executions reached their time limit; the janitor takes their orders over.",
        ),
        notifications.alarm(
            "OrdersFailing",
            failing_percent(machine, at_least=5),
            "A fifth of the executions fail because of a defect or an outage.",
            threshold=FAILING_PERCENT,
        ),
        notifications.alarm(
            "CanaryOrdersFailing",
            failing_percent(machine, at_least=2),
            "More executions fail than usual: rolls a release back and sends no notification.",
            threshold=CANARY_FAILING_PERCENT,
            notifies=False,
        ),
        notifications.alarm(
            "ActivityDefect",
            custom_metric(settings, "ActivityDefect"),
            "An activity raised an unexpected exception; its log has the traceback.",
        ),
        *_crash_alarms(notifications, versions, settings),
    ]


def failing_percent(
    machine: sfn.StateMachine, *, at_least: int, period: Duration = PERIOD
) -> cloudwatch.MathExpression:
    """Failed executions among those that succeeded or failed; 0 for less than `at_least` failed.

    Aborted ones do not count: an operator stopped them.
    """
    ended = f"SUM([failed, {or_zero('succeeded')}])"
    return cloudwatch.MathExpression(
        expression=f"IF(failed >= {at_least}, 100 * failed / {ended}, 0)",
        using_metrics={"failed": machine.metric_failed(), "succeeded": machine.metric_succeeded()},
        label="Failing executions (%)",
        period=period,
    )


def _crash_alarms(
    notifications: OperatorNotifications,
    versions: Mapping[str, lambda_.Version],
    settings: DeploymentSettings,
) -> list[cloudwatch.Alarm]:
    """As many as the activities need: each takes two of an alarm's metrics."""
    activities = [
        (activity_name(ACTIVITIES[state]), version) for state, version in versions.items()
    ]
    size = MAX_METRICS // 2
    return [
        notifications.alarm(
            f"ActivityCrashes{start // size + 1}",
            crash_count(settings, dict(activities[start : start + size])),
            "Function versions of the current release crash, time out or cannot be imported.",
            threshold=CRASHES,
        )
        for start in range(0, len(activities), size)
    ]
