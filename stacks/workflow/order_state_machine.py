"""The state machine of orders, its ARNs, and the canary of its releases."""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path

from aws_cdk import ArnFormat, Stack
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_events as events
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from stacks.released_machine import Canary, MachineLogs, Release, ReleasedMachine
from stacks.security import accepted_findings as findings
from stacks.security.grants import LIVE, Resource
from stacks.settings.deployment_settings import DeploymentSettings
from stacks.settings.removal import log_removal_policy, log_retention

CANARY_PERCENT = 10
CANARY_MARGIN_MINUTES = 5
MAX_CANARY_MINUTES = 2100
"""The longest interval. (CloudFormation, AWS::StepFunctions::StateMachineAlias)"""


def workflow_resources(scope: Construct, settings: DeploymentSettings) -> dict[str, Resource]:
    """The state machine and its executions, with ARNs built from the names.

    The activities need these ARNs, and the state machine needs those of the activities: references
    in both directions would be circular.
    """

    def arn(resource: str, name: str) -> str:
        return Stack.of(scope).format_arn(
            service="states",
            resource=resource,
            resource_name=name,
            arn_format=ArnFormat.COLON_RESOURCE_NAME,
        )

    return {
        "state-machine": Resource(arn=arn("stateMachine", settings.stack_name)),
        "executions": Resource(
            arn=arn("execution", f"{settings.stack_name}:*"),
            variable="STATE_MACHINE_ALIAS_ARN",
            value=arn("stateMachine", f"{settings.stack_name}:{LIVE}"),
            wildcard=findings.EXECUTIONS,
        ),
    }


def execution_ends(state_machine_arn: str, *statuses: str) -> events.EventPattern:
    """The events of executions that end with one of the statuses."""
    # Executions start through an alias; the event's ARN may be qualified.
    qualified = {"prefix": f"{state_machine_arn}:"}
    return events.EventPattern(
        source=["aws.states"],
        detail_type=["Step Functions Execution Status Change"],
        detail={"stateMachineArn": [state_machine_arn, qualified], "status": list(statuses)},
    )


def create_workflow(
    scope: Construct,
    activities: Mapping[str, lambda_.Version],
    *,
    settings: DeploymentSettings,
    root: Path,
) -> ReleasedMachine:
    """The state machine, which invokes `activities` (by state). `root` is the repository."""
    return ReleasedMachine(
        scope,
        "Workflow",
        name=settings.stack_name,
        definition=root / "statemachine/order_workflow.asl.json",
        functions=activities,
        log=MachineLogs(
            level=settings.log_level,
            retention=log_retention(settings),
            removal_policy=log_removal_policy(settings),
        ),
    )


def live_workflow(workflow: ReleasedMachine, release: Release) -> dict[str, Resource]:
    """The released workflow, as its starters use it."""
    return {
        "live-workflow": Resource(
            arn=workflow.machine.state_machine_arn,
            variable="STATE_MACHINE_ALIAS_ARN",
            value=release.alias_arn,
        )
    }


def release_canary(
    settings: DeploymentSettings, alarms: Sequence[cloudwatch.Alarm]
) -> Canary | None:
    """The canary of a release; None in environments that release at once."""
    if not settings.releases_by_canary:
        return None
    return Canary(percent=CANARY_PERCENT, minutes=canary_minutes(settings), alarms=alarms)


def canary_minutes(settings: DeploymentSettings) -> int:
    """Long enough for canary orders to wait for approval until their deadline, and to end."""
    deadline = math.ceil(settings.approval_timeout_seconds / 60)
    return min(deadline + CANARY_MARGIN_MINUTES, MAX_CANARY_MINUTES)
