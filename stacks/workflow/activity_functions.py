"""The activities: one row -> one function with its least-privilege grants, timeout and settings."""

from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from stacks.functions.lambda_function import FunctionRow, LambdaFunction
from stacks.functions.lambda_platform import LambdaPlatform
from stacks.security.grants import (
    MOVE_STOCK,
    ORDERS,
    READ_CUSTOMER,
    READ_ORDER,
    READ_STOCK,
    REPORT_TO_OPERATIONS,
    RING,
    SEND_EMAIL,
    STORE_TOKEN,
    WRITE_ORDER,
    Grant,
)

TIMEOUT_SECONDS = 20
"""Between the clients' own timeouts and the 30 s of a Task state: each outer limit is longer."""


def _row(
    function: str, *grants: Grant, settings: tuple[str, ...] = (), pays: bool = False
) -> FunctionRow:
    return FunctionRow(
        name=function.rpartition(".")[2].replace("_", "-"),
        handler=f"lambdas.activities.{function}",
        grants=grants,
        timeout_seconds=TIMEOUT_SECONDS,
        settings=settings,
        pays=pays,
        traced=True,
    )


_APPROVAL = ("approval_timeout_seconds", "heartbeat_seconds", "approver_email")
_PAYMENT = ("payment_provider", "settlement_timeout_seconds")

ACTIVITIES: dict[str, FunctionRow] = {
    "FetchInventorySnapshot": _row("enrichment.fetch_inventory_snapshot", READ_ORDER, READ_STOCK),
    "FetchCustomerProfile": _row("enrichment.fetch_customer_profile", READ_ORDER, READ_CUSTOMER),
    "FetchRecommendations": _row("enrichment.fetch_recommendations", READ_ORDER, READ_STOCK),
    "ReserveStock": _row(
        "inventory.reserve_stock",
        ORDERS,
        MOVE_STOCK,
        settings=_APPROVAL,
    ),
    "AwaitSignal": _row("approval.await_signal", STORE_TOKEN, RING),
    "ApplySignals": _row(
        "approval.apply_signals",
        ORDERS,
        READ_STOCK,
        MOVE_STOCK,
        settings=(*_APPROVAL, "payment_timeout_seconds", "max_open_orders", "max_open_units"),
    ),
    "RequestApproval": _row(
        "notification.request_approval", WRITE_ORDER, SEND_EMAIL, settings=_APPROVAL
    ),
    "ProcessPayment": _row("payment.process_payment", WRITE_ORDER, settings=_PAYMENT, pays=True),
    "UpdateOrderStatus": _row("order_status.update_order_status", WRITE_ORDER, MOVE_STOCK),
    "SendOrderConfirmation": _row(
        "notification.send_order_confirmation", WRITE_ORDER, READ_CUSTOMER, SEND_EMAIL
    ),
    "RefundPayment": _row("payment.refund_payment", WRITE_ORDER, settings=_PAYMENT, pays=True),
    "ReleaseStock": _row("inventory.release_stock", WRITE_ORDER, MOVE_STOCK),
    "SendCancellationEmail": _row(
        "notification.send_cancellation_email", WRITE_ORDER, READ_CUSTOMER, SEND_EMAIL
    ),
    "CloseOrder": _row("order_status.close_order", WRITE_ORDER, REPORT_TO_OPERATIONS),
}
"""State of the definition (and its placeholder) -> function. To drop a row, wait until no running
execution can still call it: a role has no versions, a running execution has."""


def activity_name(row: FunctionRow) -> str:
    """Name of an activity in logs and metrics: its handler's."""
    return row.handler.rpartition(".")[2]


class ActivityFunctions(Construct):
    """A function for each row of ACTIVITIES."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        platform: LambdaPlatform,
    ) -> None:
        super().__init__(scope, construct_id)
        self.functions = {
            state: LambdaFunction(self, state, platform=platform, row=row)
            for state, row in ACTIVITIES.items()
        }

    def set_console_url(self, url: str) -> None:
        """Set the page that e-mails to the approver link to."""
        self.functions["RequestApproval"].function.add_environment("CONSOLE_URL", url)

    @property
    def all_functions(self) -> list[lambda_.Function]:
        return [activity.function for activity in self.functions.values()]

    @property
    def versions(self) -> dict[str, lambda_.Version]:
        """The published version of each activity, by state."""
        return {
            state: activity.function.current_version for state, activity in self.functions.items()
        }
