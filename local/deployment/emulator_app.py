"""The CDK application of the local deployment: the stack of app.py without what MiniStack refuses.

``cdk`` runs it as ``python -m local.deployment.emulator_app``. MiniStack deploys the rest of the
template unchanged. When an upgrade of MiniStack deploys an entry of :func:`adapt_to_emulator`,
delete the entry.
"""

from aws_cdk import App
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_events as events
from aws_cdk import aws_logs as logs
from constructs import IConstruct

from app import build


def adapt_to_emulator(stack: IConstruct) -> None:
    """Replace the properties that fail a deployment to the emulator."""
    for construct in stack.node.find_all():
        if isinstance(construct, cloudwatch.CfnAlarm) and construct.metrics is not None:
            _replace_metric_math(construct)
        if isinstance(construct, events.CfnArchive | logs.CfnQueryDefinition):
            # MiniStack: "Unsupported resource type AWS::Events::Archive" (AWS::Logs::…).
            construct.node.scope.node.try_remove_child(construct.node.id)  # type: ignore[union-attr]


def _replace_metric_math(alarm: cloudwatch.CfnAlarm) -> None:
    """Count failed executions instead. MiniStack: "Properties.Metrics (metric math) is not
    supported".
    """
    alarm.metrics = None
    alarm.namespace, alarm.metric_name = "AWS/States", "ExecutionsFailed"
    alarm.statistic, alarm.period = "Sum", 300


def main() -> None:
    """Synthesise in the context that ``cdk`` passes. The emulator uses no committed setting."""
    app = App()
    adapt_to_emulator(build(app, {}))
    app.synth()


if __name__ == "__main__":
    main()
