"""A release of the workflow: a published, retained version, and the alias that orders start by."""

import hashlib
import json
from collections.abc import Sequence

from aws_cdk import RemovalPolicy, Stack
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from stacks.deployment_settings import DeploymentSettings
from stacks.grants import LIVE, Resource
from stacks.order_state_machine import OrderStateMachine

CANARY_PERCENT = 10
CANARY_MINUTES = 10
"""A tenth of the new orders for ten minutes, then all of them; an alarm rolls back."""

_Preference = sfn.CfnStateMachineAlias.DeploymentPreferenceProperty


class OrderRelease(Construct):
    """Points `live` at the newest version: at once in dev, elsewhere step by step."""

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
        self._machine = workflow.machine
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
        """The released workflow, as those who start orders know it."""
        return {
            "live-workflow": Resource(
                arn=self._machine.state_machine_arn,
                variable="STATE_MACHINE_ALIAS_ARN",
                value=self._live.attr_arn,
            )
        }

    @property
    def names(self) -> dict[str, str]:
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


def _preference(
    settings: DeploymentSettings, version_arn: str, alarms: Sequence[str]
) -> _Preference:
    if settings.environment == "dev":
        return _Preference(state_machine_version_arn=version_arn, type="ALL_AT_ONCE")
    return _Preference(
        state_machine_version_arn=version_arn,
        type="CANARY",
        percentage=CANARY_PERCENT,
        interval=CANARY_MINUTES,
        alarms=alarms,
    )
