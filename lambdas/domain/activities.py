"""The interfaces of the activities, by capability: a forward activity beside its compensation.

The modules of `lambdas/activities` implement them; tests of the state machine alone use fakes. An
activity takes the input of its task and the Lambda context, and returns JSON.
"""

from collections.abc import Mapping
from typing import Any, Protocol

Input = Mapping[str, Any]
Answer = Mapping[str, Any]


class EnrichmentActivities(Protocol):
    """Findings about an order; nothing to undo."""

    def fetch_inventory_snapshot(self, event: Input, context: object, /) -> Answer: ...
    def fetch_customer_profile(self, event: Input, context: object, /) -> Answer: ...
    def fetch_recommendations(self, event: Input, context: object, /) -> Answer: ...


class InventoryActivities(Protocol):
    """Reserve and release stock."""

    def reserve_stock(self, event: Input, context: object, /) -> Answer: ...
    def release_stock(self, event: Input, context: object, /) -> Answer: ...


class ApprovalActivities(Protocol):
    """Wait for signals and apply them."""

    def await_signal(self, event: Input, context: object, /) -> Answer: ...
    def apply_signals(self, event: Input, context: object, /) -> Answer: ...


class PaymentActivities(Protocol):
    """Charge and refund the payment."""

    def process_payment(self, event: Input, context: object, /) -> Answer: ...
    def refund_payment(self, event: Input, context: object, /) -> Answer: ...


class OrderStatusActivities(Protocol):
    """Complete or close an order."""

    def update_order_status(self, event: Input, context: object, /) -> Answer: ...
    def close_order(self, event: Input, context: object, /) -> Answer: ...


class NotificationActivities(Protocol):
    """E-mails to the approver and to the customer."""

    def request_approval(self, event: Input, context: object, /) -> Answer: ...
    def send_order_confirmation(self, event: Input, context: object, /) -> Answer: ...
    def send_cancellation_email(self, event: Input, context: object, /) -> Answer: ...
