"""The notifications of operators: the operations queue, alarms and their topic, dead letters."""

from typing import Any

from aws_cdk import Aws, Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from stacks.security import accepted_findings as findings
from stacks.security.grants import Resource
from stacks.security.security_checks import acknowledge
from stacks.settings.deployment_settings import DeploymentSettings

MAX_RECEIVES = 5


class OperatorNotifications(Construct):
    """The operations queue, the topic of the alarms, and methods that create alarms and dead-letter
    queues. The stack creates it first, because the other constructs call these methods.
    """

    def __init__(
        self, scope: Construct, construct_id: str, *, settings: DeploymentSettings
    ) -> None:
        super().__init__(scope, construct_id)
        self._settings = settings
        self.alarms: list[cloudwatch.Alarm] = []
        self.topic = self._create_topic()
        self.unread = self.dead_letter_queue("UnreadMessages")
        self.queue = sqs.Queue(
            self,
            "Queue",
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            enforce_ssl=True,
            retention_period=Duration.days(14),
            dead_letter_queue=sqs.DeadLetterQueue(
                queue=self.unread, max_receive_count=MAX_RECEIVES
            ),
        )

    @property
    def resources(self) -> dict[str, Resource]:
        queue = Resource(
            arn=self.queue.queue_arn, variable="OPERATIONS_QUEUE_URL", value=self.queue.queue_url
        )
        return {"operations-queue": queue}

    @property
    def outputs(self) -> dict[str, str]:
        """Stack outputs."""
        return {"OperationsQueueUrl": self.queue.queue_url}

    def dead_letter_queue(self, name: str) -> sqs.Queue:
        """An encrypted queue for failed messages, with an alarm while it holds any."""
        queue = sqs.Queue(
            self,
            name,
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            enforce_ssl=True,
            retention_period=Duration.days(14),
        )
        acknowledge(queue, findings.HOLDS_DEAD_LETTERS)
        self.alarm(
            f"{name}Waiting",
            queue.metric_approximate_number_of_messages_visible(period=Duration.minutes(1)),
            f"The dead-letter queue {name} holds messages.",
        )
        return queue

    def alarm(
        self,
        name: str,
        metric: cloudwatch.IMetric,
        description: str,
        *,
        threshold: float = 1,
        periods: int = 1,
        datapoints: int | None = None,
        notifies: bool = True,
    ) -> cloudwatch.Alarm:
        """Notify the operators when `datapoints` of the last `periods` (all, if not given) reach
        the threshold; missing data does not count as reaching it.
        """
        return self._add(
            name,
            notifies=notifies,
            alarm_description=_notification_text(name, description),
            metric=metric,
            threshold=threshold,
            evaluation_periods=periods,
            datapoints_to_alarm=datapoints,
            comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
            treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
        )

    def alarm_on_missing_data(
        self, name: str, metric: cloudwatch.IMetric, description: str
    ) -> cloudwatch.Alarm:
        """Notify the operators when a metric has no data for two periods.

        Without data the state is INSUFFICIENT_DATA. A new alarm has this state from the beginning:
        it does not notify before the first data arrive, only when later data are missing.
        """
        alarm = self._add(
            name,
            alarm_description=_notification_text(name, description),
            metric=metric,
            threshold=1,
            evaluation_periods=2,
            comparison_operator=cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD,
            treat_missing_data=cloudwatch.TreatMissingData.MISSING,
        )
        alarm.add_insufficient_data_action(actions.SnsAction(self.topic))
        return alarm

    def _add(self, name: str, *, notifies: bool = True, **properties: Any) -> cloudwatch.Alarm:
        alarm = cloudwatch.Alarm(
            self,
            name,
            alarm_name=f"{self._settings.stack_name}-{name}",
            **properties,
        )
        if notifies:
            alarm.add_alarm_action(actions.SnsAction(self.topic))
        self.alarms.append(alarm)
        return alarm

    def _create_topic(self) -> sns.Topic:
        # Encrypted only by a key of the customer: alarms cannot publish with an AWS-managed one.
        # The text of an alarm has its name and numbers, and no data of orders.
        topic = sns.Topic(self, "Alarms", enforce_ssl=True)
        topic.add_to_resource_policy(_allow_alarms_to_publish(topic))
        if self._settings.alarm_email:
            topic.add_subscription(subscriptions.EmailSubscription(self._settings.alarm_email))
            acknowledge(topic, findings.ALARMS_ARE_SHOWN)
        return topic


def _notification_text(name: str, description: str) -> str:
    """The text of a notification, with the heading of its runbook."""
    return f"{description} Runbook: docs/operations.md, {name.rstrip('0123456789')}."


def _allow_alarms_to_publish(topic: sns.Topic) -> iam.PolicyStatement:
    """A topic policy (here from `enforce_ssl`) replaces the default policy of SNS, which lets the
    alarms of the account publish. Without this statement every alarm action is refused.
    """
    return iam.PolicyStatement(
        principals=[iam.ServicePrincipal("cloudwatch.amazonaws.com")],
        actions=["sns:Publish"],
        resources=[topic.topic_arn],
        conditions={"StringEquals": {"aws:SourceAccount": Aws.ACCOUNT_ID}},
    )
