"""The daily comparison of the ledger with the payment provider."""

from aws_cdk import Duration
from aws_cdk import aws_events as events
from constructs import Construct

from stacks.functions.event_function import EventFunction
from stacks.functions.lambda_function import FunctionRow
from stacks.functions.lambda_platform import LambdaPlatform
from stacks.operations.operator_notifications import OperatorNotifications
from stacks.security.grants import REPORT_TO_OPERATIONS, WRITE_ORDER, Grant

TIMEOUT_SECONDS = 900
"""The longest time that Lambda admits: a comparison reads every payment of a day."""
COMPARE = FunctionRow(
    name="compare-payments",
    handler="lambdas.handlers.comparison_handler.compare",
    grants=(
        WRITE_ORDER,
        Grant("orders", ("dynamodb:BatchGetItem",)),
        Grant("orders-by-age", ("dynamodb:Query",)),
        Grant("open-orders", ("dynamodb:Query",)),
        REPORT_TO_OPERATIONS,
    ),
    timeout_seconds=TIMEOUT_SECONDS,
    settings=("payment_provider",),
    compares=True,
)


class PaymentComparison(Construct):
    """A function with a daily rule. The event of a day that it cannot compare is a dead letter."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        platform: LambdaPlatform,
        notifications: OperatorNotifications,
    ) -> None:
        super().__init__(scope, construct_id)
        compare = EventFunction(
            self,
            "Compare",
            platform=platform,
            row=COMPARE,
            dead_letters=notifications.dead_letter_queue("PaymentComparisonFailures"),
            retries=2,
            max_age=Duration.hours(6),
        )
        # In UTC, after the end of the day that is compared. The payload has no date: the function
        # compares yesterday.
        compare.on_schedule("EveryDay", events.Schedule.cron(hour="3", minute="15"), payload={})
        self.function = compare.function

    @property
    def outputs(self) -> dict[str, str]:
        """Stack outputs."""
        return {"PaymentComparisonFunction": self.function.function_name}
