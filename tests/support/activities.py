"""The activities in the order of the definition: the way forward, and the way back."""

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
