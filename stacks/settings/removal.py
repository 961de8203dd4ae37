"""What remains when a stack is deleted: outside dev, its data and its logs."""

from aws_cdk import Aws, Fn, RemovalPolicy
from aws_cdk import aws_logs as logs

from stacks.settings.deployment_settings import DeploymentSettings


def data_removal_policy(settings: DeploymentSettings) -> RemovalPolicy:
    """For tables and users. They also remain when the deployment that creates them fails: they have
    deletion protection, so deleting them would fail the rollback. Their names are generated, so
    the next deployment can create others.
    """
    return RemovalPolicy.RETAIN if settings.keeps_data else RemovalPolicy.DESTROY


def log_removal_policy(settings: DeploymentSettings) -> RemovalPolicy:
    """For log groups. They remain with the data, unless the first deployment fails."""
    if settings.keeps_data:
        return RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE
    return RemovalPolicy.DESTROY


def log_group_name(prefix: str) -> str:
    """A name that is unique to this stack: a later stack of the same name would fail if it created
    a log group that remains. The suffix is the first part of the UUID in the stack's ARN.
    """
    uuid = Fn.select(2, Fn.split("/", Aws.STACK_ID))
    return Fn.join("-", [prefix, Fn.select(0, Fn.split("-", uuid))])


def log_retention(settings: DeploymentSettings) -> logs.RetentionDays:
    """How long a log group keeps its events."""
    return logs.RetentionDays.ONE_YEAR if settings.keeps_data else logs.RetentionDays.ONE_MONTH
