"""A release of the workflow: a published, retained version, and the alias that orders start by."""

import hashlib
import json
import math
from collections.abc import Sequence

from aws_cdk import ArnFormat, RemovalPolicy, Stack
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct, IDependable

from stacks.deployment_settings import DeploymentSettings
from stacks.grants import LIVE, Resource
from stacks.order_state_machine import OrderStateMachine

CANARY_PERCENT = 10
CANARY_MARGIN_MINUTES = 5
MAX_CANARY_MINUTES = 2100
"""The longest interval. (CloudFormation, AWS::StepFunctions::StateMachineAlias)"""

_Preference = sfn.CfnStateMachineAlias.DeploymentPreferenceProperty


class OrderRelease(Construct):
    """Points `live` at the newest version: at once, or to a canary of the new orders first."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        settings: DeploymentSettings,
        workflow: OrderStateMachine,
        rollback_alarms: Sequence[cloudwatch.Alarm],
    ) -> None:
        super().__init__(scope, construct_id)
        self._machine, self._name = workflow.machine, settings.stack_name
        version = self._publish(workflow)
        alarms = [alarm.alarm_name for alarm in rollback_alarms]
        self._live = sfn.CfnStateMachineAlias(
            self,
            "Live",
            name=LIVE,
            deployment_preference=_preference(settings, version.attr_arn, alarms),
        )

    @property
    def resources(self) -> dict[str, Resource]:
        """The released workflow, as its starters use it. The alias is written by name: a
        reference would update them after it, and so after the whole canary.
        """
        alias = Stack.of(self).format_arn(
            service="states",
            resource="stateMachine",
            resource_name=f"{self._name}:{LIVE}",
            arn_format=ArnFormat.COLON_RESOURCE_NAME,
        )
        return {
            "live-workflow": Resource(
                arn=self._machine.state_machine_arn, variable="STATE_MACHINE_ALIAS_ARN", value=alias
            )
        }

    def comes_after(self, *readers: IDependable) -> None:
        """Release only when the functions that read records of the new activities are updated."""
        self._live.node.add_dependency(*readers)

    @property
    def outputs(self) -> dict[str, str]:
        """Stack outputs."""
        return {"StateMachineArn": self._machine.state_machine_arn, "AliasArn": self._live.attr_arn}

    def _publish(self, workflow: OrderStateMachine) -> sfn.CfnStateMachineVersion:
        """A version is a snapshot, so its logical id is a digest of what it holds.

        Any change of the definition, or of an activity's code or settings, publishes another one;
        the old one stays for the executions that it started.
        """
        activities = Stack.of(self).resolve(workflow.substitutions)
        content = json.dumps([workflow.definition.read_text(), activities], sort_keys=True)
        version = sfn.CfnStateMachineVersion(
            self,
            "Version",
            state_machine_arn=workflow.machine.state_machine_arn,
            state_machine_revision_id=workflow.machine.state_machine_revision_id,
        )
        digest = hashlib.sha256(content.encode()).hexdigest()[:16]
        version.override_logical_id(f"OrderWorkflowVersion{digest}")
        version.apply_removal_policy(RemovalPolicy.RETAIN)
        return version


def canary_minutes(settings: DeploymentSettings) -> int:
    """Long enough for canary orders to wait for approval until their deadline, and to end."""
    deadline = math.ceil(settings.approval_timeout_seconds / 60)
    return min(deadline + CANARY_MARGIN_MINUTES, MAX_CANARY_MINUTES)


def _preference(
    settings: DeploymentSettings, version_arn: str, alarms: Sequence[str]
) -> _Preference:
    if not settings.releases_by_canary:
        return _Preference(state_machine_version_arn=version_arn, type="ALL_AT_ONCE")
    return _Preference(
        state_machine_version_arn=version_arn,
        type="CANARY",
        percentage=CANARY_PERCENT,
        interval=canary_minutes(settings),
        alarms=alarms,
    )
