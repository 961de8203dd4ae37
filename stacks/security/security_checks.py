"""cdk-nag at every synthesis, and the one way to say that a finding is meant to be."""

from typing import Any

from aws_cdk import Acknowledgment, App, Stack, Validations
from cdk_nag import AwsSolutionsChecks, ServerlessChecks
from constructs import Construct

from stacks.security.accepted_findings import Finding


def add_security_checks(app: App) -> None:
    """Fail synthesis on any unacknowledged cdk-nag finding."""
    Validations.of(app).add_plugins(AwsSolutionsChecks(app), ServerlessChecks(app))


def acknowledge(construct: Construct, finding: Finding) -> None:
    """Accept a finding on one construct and its children."""
    Validations.of(construct).acknowledge(Acknowledgment(id=finding.rule, reason=finding.reason))


def acknowledge_wildcard(construct: Construct, arn: str, finding: Finding) -> None:
    """Accept one ARN with a wildcard in the policies under one construct."""
    _, parts = Stack.of(construct).resolve(arn)["Fn::Join"]
    shown = "".join(_format_part(part) for part in parts)
    acknowledge(construct, Finding(f"{finding.rule}[Resource::{shown}]", finding.reason))


def _format_part(part: Any) -> str:
    """A part of a joined ARN as cdk-nag writes it: `<AWS::Region>`, `<LogicalId.Arn>`."""
    if isinstance(part, str):
        return part
    (value,) = part.values()
    return f"<{value}>" if isinstance(value, str) else f"<{'.'.join(value)}>"
