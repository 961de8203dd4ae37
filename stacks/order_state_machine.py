"""The state machine: the committed definition with the activities' versions filled in."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from aws_cdk import ArnFormat, RemovalPolicy, Stack
from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from stacks import accepted_findings as findings
from stacks.deployment_settings import DeploymentSettings
from stacks.grants import LIVE, Resource
from stacks.removal import log_group_name, log_removal_policy, log_retention
from stacks.security_checks import acknowledge, acknowledge_wildcard


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


class OrderStateMachine(Construct):
    """Standard, traced, logged without data. `substitutions` is what the definition was given."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        settings: DeploymentSettings,
        definition: Path,
        activities: Mapping[str, lambda_.Version],
    ) -> None:
        super().__init__(scope, construct_id)
        self._settings = settings
        self.definition = definition
        self.substitutions = {state: version.function_arn for state, version in activities.items()}
        self.log_group = self._create_log_group()
        self._role = self._create_role(activities)
        self.machine = sfn.StateMachine(
            self,
            "Machine",
            state_machine_name=settings.stack_name,
            state_machine_type=sfn.StateMachineType.STANDARD,
            definition_body=sfn.DefinitionBody.from_file(str(definition)),
            definition_substitutions=self.substitutions,
            role=self._role,
            tracing_enabled=True,
            logs=sfn.LogOptions(
                destination=self.log_group,
                level=sfn.LogLevel[settings.log_level],
                # Data would hold task tokens, and who has one can wake a waiting order.
                include_execution_data=False,
            ),
            # Always deleted with the stack: its functions go too, so no execution could continue,
            # and a machine that is kept would keep its name from the next stack.
            removal_policy=RemovalPolicy.DESTROY,
        )
        if settings.log_level != "ALL":
            acknowledge(self.machine, findings.HISTORY_IS_KEPT)

    def add_to_role(self, statements: Iterable[iam.PolicyStatement]) -> None:
        """Allow the state machine more than to invoke its activities and to log."""
        for statement in statements:
            self._role.add_to_policy(statement)

    def _create_log_group(self) -> logs.LogGroup:
        # The prefix keeps the account's log resource policy from growing with every log group.
        return logs.LogGroup(
            self,
            "Logs",
            log_group_name=log_group_name(f"/aws/vendedlogs/states/{self._settings.stack_name}"),
            retention=log_retention(self._settings),
            removal_policy=log_removal_policy(self._settings),
        )

    def _create_role(self, activities: Mapping[str, lambda_.Version]) -> iam.Role:
        role = iam.Role(self, "Role", assumed_by=iam.ServicePrincipal("states.amazonaws.com"))
        # All versions: a running execution continues with those that its definition names.
        all_versions = [f"{one.lambda_.function_arn}:*" for one in activities.values()]
        role.add_to_policy(
            iam.PolicyStatement(actions=["lambda:InvokeFunction"], resources=all_versions)
        )
        for arn in all_versions:
            acknowledge_wildcard(role, arn, findings.ACTIVITY_VERSIONS)
        acknowledge(role, findings.LOGS_AND_TRACES)
        return role
