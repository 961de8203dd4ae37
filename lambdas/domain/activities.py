"""What the state machine calls, grouped by capability: a forward activity beside its compensation.

The modules of `lambdas/activities` implement these; tests of the state machine alone put fakes in
their place. An activity takes the task's input and the Lambda context, and answers JSON.
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
    """Holding stock, and giving it back."""

    def reserve_stock(self, event: Input, context: object, /) -> Answer: ...
    def release_stock(self, event: Input, context: object, /) -> Answer: ...


class ApprovalActivities(Protocol):
    """The loop that waits for signals and applies them."""

    def await_signal(self, event: Input, context: object, /) -> Answer: ...
    def apply_signals(self, event: Input, context: object, /) -> Answer: ...


class PaymentActivities(Protocol):
    """Charging, and giving the money back."""

    def process_payment(self, event: Input, context: object, /) -> Answer: ...
    def refund_payment(self, event: Input, context: object, /) -> Answer: ...


class OrderStatusActivities(Protocol):
    """The end of an order, good or bad."""

    def update_order_status(self, event: Input, context: object, /) -> Answer: ...
    def close_order(self, event: Input, context: object, /) -> Answer: ...


class NotificationActivities(Protocol):
    """Mails to the approver and to the customer."""

    def request_approval(self, event: Input, context: object, /) -> Answer: ...
    def send_order_confirmation(self, event: Input, context: object, /) -> Answer: ...
    def send_cancellation_email(self, event: Input, context: object, /) -> Answer: ...
