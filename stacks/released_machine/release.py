"""A release of a state machine: a published, retained version, and the alias that starts use."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass

from aws_cdk import ArnFormat, RemovalPolicy, Stack
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct, IDependable

from stacks.released_machine.machine import ReleasedMachine

_Preference = sfn.CfnStateMachineAlias.DeploymentPreferenceProperty


@dataclass(frozen=True, slots=True, kw_only=True)
class Canary:
    """A share of the new executions tries a release first. An alarm in these minutes ends it:
    CloudFormation then restores the previous version.
    """

    percent: int
    minutes: int
    alarms: Sequence[cloudwatch.Alarm]


class Release(Construct):
    """Points the alias at the newest version: at once, or to a canary of new executions first."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        workflow: ReleasedMachine,
        alias: str,
        canary: Canary | None,
    ) -> None:
        super().__init__(scope, construct_id)
        self._workflow, self._name = workflow, alias
        version = self._publish(workflow)
        self._alias = sfn.CfnStateMachineAlias(
            self, "Live", name=alias, deployment_preference=_preference(version.attr_arn, canary)
        )

    @property
    def alias_arn(self) -> str:
        """The alias, as the functions that start executions use it. It is written by name: a
        reference would update them after it, and so after the whole canary.
        """
        return Stack.of(self).format_arn(
            service="states",
            resource="stateMachine",
            resource_name=f"{self._workflow.name}:{self._name}",
            arn_format=ArnFormat.COLON_RESOURCE_NAME,
        )

    def comes_after(self, *readers: IDependable) -> None:
        """Release only when these are updated: functions that read what the new version writes."""
        self._alias.node.add_dependency(*readers)

    @property
    def outputs(self) -> dict[str, str]:
        """Stack outputs."""
        machine = self._workflow.machine.state_machine_arn
        return {"StateMachineArn": machine, "AliasArn": self._alias.attr_arn}

    def _publish(self, workflow: ReleasedMachine) -> sfn.CfnStateMachineVersion:
        """A version is a snapshot, so its logical id is a digest of what it holds.

        Any change of the definition, or of a function's code or settings, publishes another one;
        the old one stays for the executions that it started.
        """
        functions = Stack.of(self).resolve(workflow.substitutions)
        content = json.dumps([workflow.definition.read_text(), functions], sort_keys=True)
        version = sfn.CfnStateMachineVersion(
            self,
            "Version",
            state_machine_arn=workflow.machine.state_machine_arn,
            state_machine_revision_id=workflow.machine.state_machine_revision_id,
        )
        digest = hashlib.sha256(content.encode()).hexdigest()[:16]
        version.override_logical_id(f"{self.node.id}Version{digest}")
        version.apply_removal_policy(RemovalPolicy.RETAIN)
        return version


def _preference(version_arn: str, canary: Canary | None) -> _Preference:
    if canary is None:
        return _Preference(state_machine_version_arn=version_arn, type="ALL_AT_ONCE")
    return _Preference(
        state_machine_version_arn=version_arn,
        type="CANARY",
        percentage=canary.percent,
        interval=canary.minutes,
        alarms=[alarm.alarm_name for alarm in canary.alarms],
    )
