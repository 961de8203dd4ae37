"""The daily comparison of the ledger with the payment provider."""

from aws_cdk import Duration
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from constructs import Construct

from stacks.grants import REPORT_TO_OPERATIONS, WRITE_ORDER, Grant, Resources
from stacks.lambda_function import FunctionRow, LambdaFunction
from stacks.lambda_platform import LambdaPlatform
from stacks.operations import Operations

TIMEOUT_SECONDS = 900
"""The longest time that Lambda admits: a comparison reads every payment of a day."""
RETRIES = 2
MAX_AGE = Duration.hours(6)
COMPARE = FunctionRow(
    name="compare-payments",
    handler="lambdas.comparison_handler.compare",
    grants=(
        WRITE_ORDER,
        Grant("orders", ("dynamodb:BatchGetItem",)),
        Grant("orders-by-age", ("dynamodb:Query",)),
        REPORT_TO_OPERATIONS,
    ),
    timeout_seconds=TIMEOUT_SECONDS,
    settings=("payment_provider",),
    compares=True,
)


class PaymentComparison(Construct):
    """A function with a daily rule. A day that cannot be compared goes to the dead letters."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        platform: LambdaPlatform,
        resources: Resources,
        operations: Operations,
    ) -> None:
        super().__init__(scope, construct_id)
        dead_letters = operations.dead_letter_queue("PaymentComparisonFailures")
        self.function = LambdaFunction(
            self,
            "Compare",
            platform=platform,
            row=COMPARE,
            resources=resources,
            dead_letters=dead_letters,
        ).function
        self.function.configure_async_invoke(retry_attempts=RETRIES, max_event_age=MAX_AGE)
        events.Rule(
            self,
            "EveryDay",
            # In UTC, after the end of the day that is compared.
            schedule=events.Schedule.cron(hour="3", minute="15"),
            targets=[
                targets.LambdaFunction(
                    self.function,
                    dead_letter_queue=dead_letters,
                    retry_attempts=RETRIES,
                    max_event_age=MAX_AGE,
                    # An event without a date: the function compares yesterday.
                    event=events.RuleTargetInput.from_object({}),
                )
            ],
        )

    @property
    def names(self) -> dict[str, str]:
        """Stack outputs."""
        return {"PaymentComparisonFunction": self.function.function_name}
