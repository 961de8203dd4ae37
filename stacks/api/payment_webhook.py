"""The webhook of the payment provider: a separate function, because it needs grants for the
provider that the function of the API must not have.
"""

from constructs import Construct

from stacks.functions.lambda_function import FunctionRow, LambdaFunction
from stacks.functions.lambda_platform import LambdaPlatform
from stacks.security.grants import REPORT_TO_OPERATIONS, RING, WRITE_ORDER
from stacks.settings.payment_provider import PAYMENT_PROVIDERS

TIMEOUT_SECONDS = 28
"""API Gateway waits 30 seconds for an answer."""


class PaymentWebhook(Construct):
    """The function that receives the provider's reports. `OrderApi` routes them to it."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        platform: LambdaPlatform,
    ) -> None:
        super().__init__(scope, construct_id)
        provider = PAYMENT_PROVIDERS[platform.settings.payment_provider]
        row = FunctionRow(
            name="payment-webhook",
            handler="lambdas.handlers.webhook_handler.receive",
            grants=(WRITE_ORDER, RING, REPORT_TO_OPERATIONS, *provider.webhook_grants),
            timeout_seconds=TIMEOUT_SECONDS,
            settings=("payment_provider",),
            pays=True,
        )
        self.function = LambdaFunction(self, "Receive", platform=platform, row=row).function
