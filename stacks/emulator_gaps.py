"""What the local emulator cannot deploy, and what it gets instead: only with `target=emulator`.

The emulator takes the rest of the template as it is. The first entry that it takes as well, after
an upgrade, is to be deleted here.
"""

from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import IConstruct


def bridge_emulator_gaps(stack: IConstruct) -> None:
    """Change what would fail a deployment to the emulator."""
    for construct in stack.node.find_all():
        if isinstance(construct, cloudwatch.CfnAlarm) and construct.metrics is not None:
            _watch_failures_only(construct)


def _watch_failures_only(alarm: cloudwatch.CfnAlarm) -> None:
    # "Properties.Metrics (metric math) is not supported": the alarm watches the number of failed
    # executions instead.
    alarm.metrics = None
    alarm.namespace, alarm.metric_name = "AWS/States", "ExecutionsFailed"
    alarm.statistic, alarm.period = "Sum", 300
