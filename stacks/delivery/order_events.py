"""Events for other systems: the orders table's stream, a function that publishes, the event bus."""

from collections.abc import Mapping
from typing import cast

from aws_cdk import ArnFormat, Aws, Duration, Stack
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_lambda_event_sources as sources
from aws_cdk import aws_logs as logs
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from stacks.functions.lambda_function import FunctionRow, LambdaFunction
from stacks.functions.lambda_platform import LambdaPlatform
from stacks.operations.operator_notifications import OperatorNotifications
from stacks.security import accepted_findings as findings
from stacks.security.grants import PUBLISH_EVENTS, READ_ORDER, Resource
from stacks.security.security_checks import acknowledge
from stacks.settings.deployment_settings import DeploymentSettings
from stacks.settings.removal import log_group_name, log_removal_policy, log_retention

ARCHIVE_DAYS = 90
"""Events of this age can be replayed."""
LATE_SECONDS = 300
EVENT_SOURCE = "order-workflow"
PUBLISHER = FunctionRow(
    name="publish-events",
    handler="lambdas.handlers.order_events_handler.publish",
    grants=(READ_ORDER, PUBLISH_EVENTS),
    timeout_seconds=60,
    queue_actions=("sqs:SendMessage",),
)


class OrderEvents(Construct):
    """The event bus with its archive and its log. `publish_from` connects the orders table."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        settings: DeploymentSettings,
        notifications: OperatorNotifications,
    ) -> None:
        super().__init__(scope, construct_id)
        self._settings, self._notifications = settings, notifications
        self.failures = notifications.dead_letter_queue("EventFailures")
        self.bus = events.EventBus(self, "Bus", event_bus_name=f"{settings.stack_name}-events")
        acknowledge(self.failures, findings.HOLDS_LOST_EVENTS)
        self._archive()
        self.log_group = self._create_log_group()
        self._log_all_events()

    @property
    def resources(self) -> dict[str, Resource]:
        """The bus and its log under the names that grants use."""
        log_group = self.log_group.log_group_name
        return {
            "event-bus": Resource(
                arn=self.bus.event_bus_arn,
                variable="EVENT_BUS_NAME",
                value=self.bus.event_bus_name,
            ),
            "event-log": Resource(
                arn=_log_group_arn(self, log_group), variable="EVENT_LOG_GROUP", value=log_group
            ),
        }

    @property
    def outputs(self) -> dict[str, str]:
        """Stack outputs."""
        return {
            "EventBusName": self.bus.event_bus_name,
            "EventLogGroup": self.log_group.log_group_name,
        }

    def publish_from(
        self,
        orders: dynamodb.TableV2,
        *,
        platform: LambdaPlatform,
    ) -> lambda_.Function:
        """Publish the events of every change of the table. Returns the function that does it.

        A batch that fails is repeated until it succeeds or its records expire after 24 hours:
        nothing is left out, and events of one order stay in their order. A batch is halved when it
        fails, so that one bad record does not hold back the others for long.
        """
        publisher = LambdaFunction(self, "Publisher", platform=platform, row=PUBLISHER).function
        publisher.add_event_source(
            sources.DynamoEventSource(
                orders,
                starting_position=lambda_.StartingPosition.TRIM_HORIZON,
                batch_size=100,
                bisect_batch_on_error=True,
                on_failure=sources.SqsDlq(self.failures),
                filters=[_changes_of_orders()],
            )
        )
        self._notifications.alarm(
            "EventsLate",
            publisher.metric("IteratorAge", statistic="Maximum", period=Duration.minutes(5)),
            "Events of orders are published late; after 24 hours they are lost.",
            threshold=LATE_SECONDS * 1000,
        )
        return publisher

    def _archive(self) -> None:
        self.bus.archive(
            "Archive",
            event_pattern=events.EventPattern(source=[EVENT_SOURCE]),
            retention=Duration.days(ARCHIVE_DAYS),
        )

    def _create_log_group(self) -> logs.LogGroup:
        """EventBridge writes only to groups whose name begins like this."""
        return logs.LogGroup(
            self,
            "Log",
            log_group_name=log_group_name(f"/aws/events/{self._settings.stack_name}"),
            retention=log_retention(self._settings),
            removal_policy=log_removal_policy(self._settings),
        )

    def _log_all_events(self) -> None:
        rule = events.Rule(
            self,
            "LogRule",
            event_bus=self.bus,
            event_pattern=events.EventPattern(source=[EVENT_SOURCE]),
        )
        resource = cast(events.CfnRule, rule.node.default_child)
        # The target of CDK adds a custom resource with a function for the policy below.
        arn = _log_group_arn(self, self.log_group.log_group_name)
        failures = events.CfnRule.DeadLetterConfigProperty(arn=self.failures.queue_arn)
        resource.targets = [
            events.CfnRule.TargetProperty(arn=arn, id="log", dead_letter_config=failures)
        ]
        self.failures.add_to_resource_policy(_allow_dead_letters(self.failures, rule))
        policy = logs.ResourcePolicy(
            self,
            "LogPolicy",
            policy_statements=[
                iam.PolicyStatement(
                    actions=["logs:CreateLogStream", "logs:PutLogEvents"],
                    principals=[
                        iam.ServicePrincipal("events.amazonaws.com"),
                        iam.ServicePrincipal("delivery.logs.amazonaws.com"),
                    ],
                    resources=[f"{arn}:*"],
                    conditions={"StringEquals": {"aws:SourceAccount": Aws.ACCOUNT_ID}},
                )
            ],
        )
        rule.node.add_dependency(policy)


def _changes_of_orders() -> Mapping[str, object]:
    """Only records of META items: their changes show every new event."""
    return lambda_.FilterCriteria.filter(
        {"dynamodb": {"Keys": {"sk": {"S": lambda_.FilterRule.is_equal("META")}}}}
    )


def _log_group_arn(scope: Construct, name: str) -> str:
    return Stack.of(scope).format_arn(
        service="logs",
        resource="log-group",
        resource_name=name,
        arn_format=ArnFormat.COLON_RESOURCE_NAME,
    )


def _allow_dead_letters(queue: sqs.IQueue, rule: events.IRule) -> iam.PolicyStatement:
    return iam.PolicyStatement(
        actions=["sqs:SendMessage"],
        principals=[iam.ServicePrincipal("events.amazonaws.com")],
        resources=[queue.queue_arn],
        conditions={"ArnEquals": {"aws:SourceArn": rule.rule_arn}},
    )
