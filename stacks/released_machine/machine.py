"""The state machine: a definition file with the versions of its functions filled in."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from aws_cdk import RemovalPolicy
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from stacks.security import accepted_findings as findings
from stacks.security.security_checks import acknowledge, acknowledge_wildcard
from stacks.settings.removal import log_group_name


@dataclass(frozen=True, slots=True, kw_only=True)
class MachineLogs:
    """The log group of a state machine. `level` is one of sfn.LogLevel."""

    level: str
    retention: logs.RetentionDays
    removal_policy: RemovalPolicy


class ReleasedMachine(Construct):
    """Standard, traced, logged without data. `substitutions` is what the definition was given.

    `functions` has the published version of each function by its placeholder in the definition.
    Create the versions with the removal policy RETAIN.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        name: str,
        definition: Path,
        functions: Mapping[str, lambda_.Version],
        log: MachineLogs,
    ) -> None:
        super().__init__(scope, construct_id)
        self.name, self.definition = name, definition
        self.substitutions = {state: version.function_arn for state, version in functions.items()}
        self.log_group = self._create_log_group(log)
        self._role = self._create_role(functions)
        self.machine = sfn.StateMachine(
            self,
            "Machine",
            state_machine_name=name,
            state_machine_type=sfn.StateMachineType.STANDARD,
            definition_body=sfn.DefinitionBody.from_file(str(definition)),
            definition_substitutions=self.substitutions,
            role=self._role,
            tracing_enabled=True,
            logs=sfn.LogOptions(
                destination=self.log_group,
                level=sfn.LogLevel[log.level],
                # Data would hold task tokens, and who has one can wake a waiting execution.
                include_execution_data=False,
            ),
            # Always deleted with the stack: its functions go too, so no execution could continue,
            # and a machine that is kept would keep its name from the next stack.
            removal_policy=RemovalPolicy.DESTROY,
        )
        if log.level != "ALL":
            acknowledge(self.machine, findings.HISTORY_IS_KEPT)

    def add_to_role(self, statements: Iterable[iam.PolicyStatement]) -> None:
        """Allow the state machine more than to invoke its functions and to log."""
        for statement in statements:
            self._role.add_to_policy(statement)

    def _create_log_group(self, log: MachineLogs) -> logs.LogGroup:
        # The prefix keeps the account's log resource policy from growing with every log group.
        return logs.LogGroup(
            self,
            "Logs",
            log_group_name=log_group_name(f"/aws/vendedlogs/states/{self.name}"),
            retention=log.retention,
            removal_policy=log.removal_policy,
        )

    def _create_role(self, functions: Mapping[str, lambda_.Version]) -> iam.Role:
        role = iam.Role(self, "Role", assumed_by=iam.ServicePrincipal("states.amazonaws.com"))
        # All versions: a running execution continues with those that its definition names.
        all_versions = [f"{function.lambda_.function_arn}:*" for function in functions.values()]
        role.add_to_policy(
            iam.PolicyStatement(actions=["lambda:InvokeFunction"], resources=all_versions)
        )
        for arn in all_versions:
            acknowledge_wildcard(role, arn, findings.ACTIVITY_VERSIONS)
        acknowledge(role, findings.LOGS_AND_TRACES)
        return role
