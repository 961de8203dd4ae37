"""The activities in the order of the definition: forward steps, and compensations."""

FORWARD = (
    "FetchInventorySnapshot",
    "FetchCustomerProfile",
    "FetchRecommendations",
    "ReserveStock",
    "AwaitSignal",
    "ApplySignals",
    "RequestApproval",
    "ProcessPayment",
    "UpdateOrderStatus",
    "SendOrderConfirmation",
)
BACKWARD = ("RefundPayment", "ReleaseStock", "SendCancellationEmail", "CloseOrder")
