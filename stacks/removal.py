"""What happens to data and logs when their stack goes: kept everywhere but in dev."""

from aws_cdk import RemovalPolicy
from aws_cdk import aws_logs as logs

from stacks.deployment_settings import DeploymentSettings


def removal_policy(settings: DeploymentSettings) -> RemovalPolicy:
    """Kept data still goes when the very deployment that made it fails and is rolled back."""
    if settings.keeps_data:
        return RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE
    return RemovalPolicy.DESTROY


def log_retention(settings: DeploymentSettings) -> logs.RetentionDays:
    """How long a log group keeps its events."""
    return logs.RetentionDays.ONE_YEAR if settings.keeps_data else logs.RetentionDays.ONE_MONTH
