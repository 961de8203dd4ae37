"""One Lambda function of the workflow, with its role and its log group."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from stacks.functions.lambda_platform import ARCHITECTURE, RUNTIME, LambdaPlatform
from stacks.security import accepted_findings as findings
from stacks.security.grants import Grant, variables
from stacks.security.security_checks import acknowledge, acknowledge_wildcard
from stacks.settings.http_services import choose_grants
from stacks.settings.payment_provider import PAYMENT_PROVIDERS
from stacks.settings.removal import log_group_name, log_removal_policy, log_retention
from stacks.settings.tracing import tracing_variables

# Lambda gives CPU in proportion to memory: below 512 MB a cold start spends seconds on imports,
# and the shorter run pays for the larger size. Warm, a function uses about 100 MB.
MEMORY_MB = 512


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionRow:
    """A function as data: its name, what it runs, what it may do, how long, and what it reads.

    `settings` are fields of DeploymentSettings, given as variables of the same name in capitals. A
    number that is 0 is not given.
    `queue_actions` are those on the queues of its event source, which CDK grants.
    A function that `pays` or `compares` payments gets the layer of the payment provider, and its
    grants for that. One that is `traced` gets the libraries and the variables of tracing, if that
    is on.
    """

    name: str
    handler: str
    grants: Sequence[Grant]
    timeout_seconds: int
    settings: Sequence[str] = ()
    queue_actions: Sequence[str] = ()
    pays: bool = False
    compares: bool = False
    traced: bool = False


class LambdaFunction(Construct):
    """The function of a row. Its role holds the row's grants, its own log and X-Ray; no more."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        platform: LambdaPlatform,
        row: FunctionRow,
        dead_letters: sqs.IQueue | None = None,
    ) -> None:
        super().__init__(scope, construct_id)
        self._platform, self._row = platform, row
        provider = PAYMENT_PROVIDERS[platform.settings.payment_provider]
        self._uses_provider = row.pays or row.compares
        self._grants = (
            *choose_grants(row.grants, platform.settings),
            *(provider.grants if row.pays else ()),
            *(provider.comparison_grants if row.compares else ()),
        )
        self._name = f"{platform.settings.stack_name}-{row.name}"
        self._queue_actions = (*row.queue_actions, *(("sqs:SendMessage",) if dead_letters else ()))
        self._log_group = self._create_log_group()
        self._role = self._create_role()
        self.function = self._create_function(dead_letters)
        self._acknowledge_findings(queued=dead_letters is not None)

    @property
    def actions(self) -> list[str]:
        """The actions that the role allows, but for those on its log and of X-Ray."""
        return [
            *(action for grant in self._grants for action in grant.actions),
            *self._queue_actions,
        ]

    def add_to_role(self, statements: Iterable[iam.PolicyStatement]) -> None:
        """Allow more than the grants of the row."""
        for statement in statements:
            self._role.add_to_policy(statement)

    def _create_log_group(self) -> logs.LogGroup:
        return logs.LogGroup(
            self,
            "Logs",
            log_group_name=log_group_name(f"/aws/lambda/{self._name}"),
            retention=log_retention(self._platform.settings),
            removal_policy=log_removal_policy(self._platform.settings),
        )

    def _create_function(self, dead_letters: sqs.IQueue | None) -> lambda_.Function:
        return lambda_.Function(
            self,
            "Function",
            function_name=self._name,
            handler=self._row.handler,
            description=self._description(),
            code=self._platform.code(self._row.handler),
            layers=self._layers(),
            runtime=RUNTIME,
            architecture=ARCHITECTURE,
            memory_size=MEMORY_MB,
            timeout=Duration.seconds(self._row.timeout_seconds),
            # A trace of the state machine continues in the function, as one segment: nothing in it
            # is instrumented, so its segment would show no more than its log.
            tracing=lambda_.Tracing.PASS_THROUGH,
            role=self._role,
            log_group=self._log_group,
            logging_format=lambda_.LoggingFormat.JSON,
            environment=self._variables(),
            dead_letter_queue=dead_letters,
            # A running execution keeps its definition, and so the versions that this names.
            current_version_options=lambda_.VersionOptions(removal_policy=RemovalPolicy.RETAIN),
        )

    def _description(self) -> str | None:
        """Part of the configuration: with another one Lambda publishes the same code again."""
        release = self._platform.settings.release
        return f"release {release}" if release else None

    def _layers(self) -> list[lambda_.ILayerVersion]:
        payment = self._platform.payment_layers if self._uses_provider else ()
        tracing = self._platform.tracing_layers if self._row.traced else ()
        return [*self._platform.layers, *payment, *tracing]

    def _create_role(self) -> iam.Role:
        role = iam.Role(self, "Role", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
        role.add_to_policy(
            iam.PolicyStatement(
                actions=["logs:CreateLogStream", "logs:PutLogEvents"],
                resources=[self._log_group.log_group_arn],
            )
        )
        for grant in self._grants:
            role.add_to_policy(grant.statement(self._platform.resources))
        return role

    def _variables(self) -> dict[str, str]:
        settings = self._platform.settings
        values = {name: getattr(settings, name) for name in self._row.settings}
        read = {name.upper(): str(value) for name, value in values.items() if value != 0}
        named = variables(self._grants, self._platform.resources)
        if self._uses_provider and settings.payment_api_url:
            named["PAYMENT_API_URL"] = settings.payment_api_url
        traced = tracing_variables(settings) if self._row.traced else {}
        return {**self._platform.variables, **named, **read, **traced}

    def _acknowledge_findings(self, *, queued: bool) -> None:
        acknowledge(self, findings.NO_RESOURCE_LEVEL)
        acknowledge(self, findings.NO_SEGMENTS)
        for used in {grant.resource for grant in self._grants}:
            resource = self._platform.resources[used]
            if resource.wildcard:
                for arn in resource.arns:
                    acknowledge_wildcard(self, arn, resource.wildcard)
        acknowledge(self, findings.QUEUED_FAILURES if queued else findings.SYNCHRONOUS_ONLY)
