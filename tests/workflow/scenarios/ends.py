"""Paths through the state machine, and the ends of orders."""

from typing import Any

from tests.support.definition import states_after
from tests.workflow.scenarios.scenario import ORDERED, End

Path = tuple[str, ...]

TO_WAIT = ("RouteStart", "EnrichOrder", "ReserveStock")
TO_WAIT_V1 = (
    "RouteStart",
    "FetchInventorySnapshotV1",
    "FetchCustomerProfileV1",
    "FetchRecommendationsV1",
    "ReserveStock",
)
LOOP = ("AwaitSignal", "ApplySignals", "RouteDecision")
BACK_OFF = ("RouteBackOff", "LengthenBackOff", "BackOff", "ApplySignals")
"""After a technical failure: the record then decides how the order continues."""
AFTER_COMPLETION = states_after("UpdateOrderStatus")
"""Steps of best effort after the completion."""
PAY = ("ProcessPayment", "UpdateOrderStatus", *AFTER_COMPLETION)
ASK = ("RequestApproval",)
UNDO = ("RefundPayment", "ReleaseStock", "SendCancellationEmail", "CloseOrder")
CANCELLED = (*UNDO, "RouteEnd", "OrderCancelled")
REJECTED = (*UNDO, "RouteEnd", "OrderRejected")
FAILED = (*UNDO, "RouteEnd", "OrderFailed")
RESUMED = ("RouteStart",)
CONTINUED = ("RouteStart", "ApplySignals", "RouteDecision")

UNPAID = {"reserve": "undone", "mail-cancellation": "done"}
REFUNDED = {**UNPAID, "pay": "undone"}
CHANGED_MIND = "cancelled: changed my mind"


def completed(path: Path = (*TO_WAIT, *LOOP, *PAY), **changes: Any) -> End:
    """Paid, sold and confirmed."""
    return _end(
        path,
        changes,
        stage="completed",
        statuses=("SUCCEEDED",),
        verdicts=("completed",),
        outcomes=("applied",),
        last_error=None,
        flags=frozenset({"reserved", "payment_approved", "charged"}),
        ledger={"reserve": "done", "pay": "done", "mail-confirmation": "done"},
        stock={"MUG-RED": (98, 0, 2)},
        payment=(ORDERED, 0),
        mails=("confirmed",),
    )


def cancelled(path: Path, **changes: Any) -> End:
    """Compensated after a cancel, or after the approval deadline."""
    return _end(
        path,
        changes,
        stage="cancelled",
        statuses=("SUCCEEDED",),
        verdicts=("cancelled",),
        outcomes=("applied",),
        last_error=CHANGED_MIND,
        flags=frozenset({"cancelled"}),
        ledger=UNPAID,
        stock={},
        payment=(0, 0),
        mails=("cancelled",),
    )


def rejected(path: Path, last_error: str, **changes: Any) -> End:
    """Compensated because a business rule refused the order."""
    business = {"statuses": ("SUCCEEDED",), "verdicts": ("rejected",)}
    return failed(path, last_error, **{**business, **changes})


def failed(path: Path, last_error: str, **changes: Any) -> End:
    """Compensated after an outage or by a person's intervention."""
    return _end(
        path,
        changes,
        stage="failed",
        statuses=("FAILED",),
        verdicts=("infrastructure",),
        outcomes=(),
        last_error=last_error,
        flags=frozenset(),
        ledger=UNPAID,
        stock={},
        payment=(0, 0),
        mails=("cancelled",),
    )


def _end(path: Path, changes: dict[str, Any], **usual: Any) -> End:
    return End(**{"paths": (path,), **usual, **changes})
