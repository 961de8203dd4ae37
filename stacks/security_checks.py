"""cdk-nag at every synthesis, and the one way to say that a finding is meant to be."""

from typing import Any

from aws_cdk import Acknowledgment, App, Stack, Validations
from cdk_nag import AwsSolutionsChecks, ServerlessChecks
from constructs import Construct


def add_security_checks(app: App) -> None:
    """Fail synthesis on any unacknowledged cdk-nag finding."""
    Validations.of(app).add_plugins(AwsSolutionsChecks(app), ServerlessChecks(app))


def acknowledge(construct: Construct, finding: str, reason: str) -> None:
    """Accept one finding on one construct (and its children), for a reason that holds for it."""
    Validations.of(construct).acknowledge(Acknowledgment(id=finding, reason=reason))


def acknowledge_wildcard(construct: Construct, arn: str, reason: str) -> None:
    """Accept one ARN with a wildcard in the policies under one construct."""
    _, parts = Stack.of(construct).resolve(arn)["Fn::Join"]
    shown = "".join(_shown(part) for part in parts)
    acknowledge(construct, f"AwsSolutions-IAM5[Resource::{shown}]", reason)


def _shown(part: Any) -> str:
    """A part of a joined ARN as cdk-nag writes it: `<AWS::Region>`, `<LogicalId.Arn>`."""
    if isinstance(part, str):
        return part
    (value,) = part.values()
    return f"<{value}>" if isinstance(value, str) else f"<{'.'.join(value)}>"
