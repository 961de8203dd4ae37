"""An example of a target of the event bus: signed webhooks to the URL of one subscriber."""

from aws_cdk import Duration
from aws_cdk import aws_events as eventbridge
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_lambda_event_sources as sources
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from stacks.delivery.order_events import EVENT_SOURCE, OrderEvents
from stacks.functions.lambda_function import FunctionRow, LambdaFunction
from stacks.functions.lambda_platform import LambdaPlatform
from stacks.security import accepted_findings as findings
from stacks.security.grants import READ_SUBSCRIBER_SECRET
from stacks.security.security_checks import acknowledge

BATCH = 5
"""Events that a function posts one after the other: at most 6 s each."""
TIMEOUT_SECONDS = 60
PAUSE = Duration.minutes(6)
"""Between two attempts for one event: the six timeouts that Lambda recommends for a queue."""
ATTEMPTS = 20
"""Two hours: then the event is a dead letter, and its alarm notifies."""
CONCURRENT_DELIVERIES = 2
DELIVER = FunctionRow(
    name="deliver-events",
    handler="lambdas.handlers.order_events_handler.deliver",
    grants=(READ_SUBSCRIBER_SECRET,),
    timeout_seconds=TIMEOUT_SECONDS,
    queue_actions=("sqs:ReceiveMessage",),
)


class EventSubscriber(Construct):
    """The queue of events that the subscriber has not accepted, and the function that posts them.

    A queue and not an asynchronous invocation: Lambda repeats that only twice.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        events: OrderEvents,
        platform: LambdaPlatform,
    ) -> None:
        super().__init__(scope, construct_id)
        queue = sqs.Queue(
            self,
            "Queue",
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            enforce_ssl=True,
            visibility_timeout=PAUSE,
            retention_period=Duration.days(4),
            dead_letter_queue=sqs.DeadLetterQueue(
                queue=events.failures, max_receive_count=ATTEMPTS
            ),
        )
        eventbridge.Rule(
            self,
            "Rule",
            event_bus=events.bus,
            event_pattern=eventbridge.EventPattern(source=[EVENT_SOURCE]),
            targets=[
                targets.SqsQueue(
                    queue,
                    dead_letter_queue=events.failures,
                    message=eventbridge.RuleTargetInput.from_event_path("$.detail"),
                )
            ],
        )
        self.function = self._deliver_from(queue, platform)

    def _deliver_from(self, queue: sqs.IQueue, platform: LambdaPlatform) -> lambda_.Function:
        function = LambdaFunction(self, "Deliver", platform=platform, row=DELIVER).function
        function.add_event_source(
            sources.SqsEventSource(
                queue,
                batch_size=BATCH,
                max_concurrency=CONCURRENT_DELIVERIES,
                report_batch_item_failures=True,
            )
        )
        acknowledge(function, findings.REDRIVEN_BY_QUEUE)
        return function


def subscribe(
    scope: Construct, events: OrderEvents, *, platform: LambdaPlatform
) -> list[lambda_.Function]:
    """Deliver the events to the subscriber, if there is one. Returns the function that does it."""
    if not platform.settings.subscriber_url:
        return []
    subscriber = EventSubscriber(scope, "Subscriber", events=events, platform=platform)
    return [subscriber.function]
