"""Histories of ended executions: a bucket, the function that exports them, and its sweep."""

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_lambda_event_sources as sources
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from stacks.functions.event_function import EventFunction
from stacks.functions.lambda_function import FunctionRow, LambdaFunction
from stacks.functions.lambda_platform import LambdaPlatform
from stacks.operations.metrics import PERIOD
from stacks.operations.operator_notifications import OperatorNotifications
from stacks.security import accepted_findings as findings
from stacks.security.grants import (
    READ_HISTORY,
    READ_ORDER,
    STORE_HISTORIES,
    STORED_HISTORIES,
    Grant,
    Resource,
)
from stacks.security.security_checks import acknowledge
from stacks.settings.deployment_settings import DeploymentSettings
from stacks.workflow.order_state_machine import execution_ends

CONCURRENT_EXPORTS = 2
"""Each reads at most five histories a second: together half of an account's limit."""
TIMEOUT_SECONDS = 60
LATE = Duration.hours(1)
STORE_OUTCOME = Grant("orders", ("dynamodb:PutItem",))
_EXPORT = (READ_ORDER, STORE_OUTCOME, READ_HISTORY, *STORED_HISTORIES, STORE_HISTORIES)
EXPORT = FunctionRow(
    name="export-histories",
    handler="lambdas.handlers.history_handler.export",
    grants=_EXPORT,
    timeout_seconds=TIMEOUT_SECONDS,
    queue_actions=("sqs:ReceiveMessage",),
)
SWEEP = FunctionRow(
    name="sweep-histories",
    handler="lambdas.handlers.history_handler.sweep",
    grants=(
        *_EXPORT,
        Grant("orders", ("dynamodb:GetItem", "dynamodb:BatchGetItem")),
        Grant("orders-by-age", ("dynamodb:Query",)),
    ),
    timeout_seconds=TIMEOUT_SECONDS,
)
_STATUSES = ("SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED")


class ExecutionHistories(Construct):
    """The bucket and the queue. `export_executions` adds the functions."""

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
        self.bucket = self._create_bucket()
        self._failures = notifications.dead_letter_queue("HistoryFailures")
        self._queue = self._create_queue()

    @property
    def resources(self) -> dict[str, Resource]:
        """The bucket under the names that grants use."""
        return {
            "histories": Resource(
                arn=self.bucket.arn_for_objects("histories/*"),
                variable="HISTORIES_BUCKET",
                value=self.bucket.bucket_name,
                wildcard=findings.HISTORY_OBJECTS,
            ),
            "histories-bucket": Resource(arn=self.bucket.bucket_arn),
        }

    @property
    def outputs(self) -> dict[str, str]:
        """Stack outputs."""
        return {"HistoriesBucket": self.bucket.bucket_name}

    def export_executions(self, *, platform: LambdaPlatform) -> list[lambda_.Function]:
        """Export the histories of the workflow's executions. Returns the functions that do it."""
        export = LambdaFunction(
            self,
            "Export",
            platform=platform,
            row=EXPORT,
        ).function
        export.add_event_source(
            sources.SqsEventSource(
                self._queue,
                batch_size=10,
                max_concurrency=CONCURRENT_EXPORTS,
                report_batch_item_failures=True,
            )
        )
        acknowledge(export, findings.REDRIVEN_BY_QUEUE)
        self._send_ended_executions(platform.resources["state-machine"].arn)
        return [export, self._create_sweep(platform)]

    def _create_bucket(self) -> s3.Bucket:
        """Without versions: each object is written once and never replaced. Retained when the stack
        is deleted: CloudFormation cannot delete a bucket with objects. Their expiry empties it.
        """
        bucket = s3.Bucket(
            self,
            "Bucket",
            encryption=s3.BucketEncryption.S3_MANAGED,
            enforce_ssl=True,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            lifecycle_rules=[
                s3.LifecycleRule(
                    expiration=Duration.days(self._settings.history_days),
                    abort_incomplete_multipart_upload_after=Duration.days(1),
                )
            ],
            removal_policy=RemovalPolicy.RETAIN,
        )
        acknowledge(bucket, findings.NO_ACCESS_LOG)
        return bucket

    def _create_queue(self) -> sqs.Queue:
        """Ended executions that wait for their export; SQS limits how many are exported at once."""
        queue = sqs.Queue(
            self,
            "Queue",
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            enforce_ssl=True,
            visibility_timeout=Duration.seconds(6 * TIMEOUT_SECONDS),
            retention_period=Duration.days(4),
            dead_letter_queue=sqs.DeadLetterQueue(queue=self._failures, max_receive_count=5),
        )
        self._notifications.alarm(
            "HistoriesLate",
            queue.metric_approximate_age_of_oldest_message(period=PERIOD),
            "Histories of ended executions are exported late; after 90 days they are lost.",
            threshold=LATE.to_seconds(),
        )
        return queue

    def _send_ended_executions(self, state_machine_arn: str) -> None:
        events.Rule(
            self,
            "ExecutionEnded",
            event_pattern=execution_ends(state_machine_arn, *_STATUSES),
            targets=[
                targets.SqsQueue(
                    self._queue,
                    dead_letter_queue=self._failures,
                    # Only the name: input and output of the execution stay out of the queue.
                    message=events.RuleTargetInput.from_object(
                        {"execution": events.EventField.from_path("$.detail.name")}
                    ),
                )
            ],
        )

    def _create_sweep(self, platform: LambdaPlatform) -> lambda_.Function:
        sweep = EventFunction(
            self,
            "Sweep",
            platform=platform,
            row=SWEEP,
            dead_letters=self._failures,
            retries=0,
            max_age=Duration.minutes(5),
        )
        sweep.on_schedule("EveryFiveMinutes", events.Schedule.rate(Duration.minutes(5)))
        return sweep.function
