"""The metrics that the functions write, with their dimensions besides `service`.

Alarms and the dashboard can only read a metric of this table. A test compares it with the code, and
requires that the dashboard shows each metric that is not in `NOT_SHOWN`.
"""

from collections.abc import Mapping

ENDS = ("Rejected", "Declined", "Expired", "Cancelled", "Failed")
JANITOR_ACTIONS = (
    *("started", "rung", "resumed", "taken-over", "postponed", "running", "failed", "nothing"),
    "stock-settled",
)
REPORT_ACTIONS = ("recorded", "nothing", "unknown", "ignored", "refused", "postponed")
ERRORS = (
    *("ActivityDefect", "CustomerUnknown", "EngineUnavailable", "EventsUnavailable"),
    *("InsufficientStock", "LedgerMismatch", "MailRejected", "MailUnsettled"),
    *("NotifierUnavailable", "OperationsUnavailable", "OrderCancelled", "OrderMovedOn"),
    *("PaymentClosed", "PaymentDeclined", "PaymentMismatch", "PaymentNotSettled"),
    *("PaymentPending", "PaymentUnsettled", "ProviderUnavailable", "StaleEpoch"),
    *("StoreConflict", "StoreUnavailable"),
)
"""The errors of activities, each counted by its name."""
ANSWERS = ("Answer2xx", "Answer3xx", "Answer4xx", "Answer5xx")

EMITTED: Mapping[str, tuple[frozenset[str], ...]] = {
    **{f"Order{end}": (frozenset({"activity"}),) for end in ("Completed", *ENDS)},
    "CompensationStuck": (frozenset({"activity"}),),
    **{error: (frozenset({"activity"}),) for error in ERRORS},
    "ActivityDefect": (frozenset({"activity"}), frozenset()),
    "FailedInvocation": (frozenset({"activity", "function_version"}),),
    "CapturedMinorUnits": (frozenset({"currency"}),),
    "RefundedMinorUnits": (frozenset({"currency"}),),
    **{answer: (frozenset({"route"}),) for answer in ANSWERS},
    **{f"Janitor-{action}": (frozenset(),) for action in JANITOR_ACTIONS},
    **{f"PaymentReport-{action}": (frozenset(),) for action in REPORT_ACTIONS},
    "TakeoverRepeated": (frozenset(),),
    "OrderPastDeadline": (frozenset(),),
    "OldestOverdueCheckSeconds": (frozenset(),),
    "OldestOpenOrderSeconds": (frozenset(),),
    "PaymentDisputed": (frozenset(),),
    "DisputeLost": (frozenset(),),
    "RefundFailedLater": (frozenset(),),
    "PaymentsCompared": (frozenset(),),
    "PaymentDifference": (frozenset(),),
    "EventsPublished": (frozenset(),),
    "EventsDelivered": (frozenset(),),
    "EventDeliveryFailed": (frozenset(),),
    "ExecutionVerdict": (frozenset({"verdict"}),),
    "CategorySeconds": (frozenset({"category"}),),
    "ActivityRetries": (frozenset({"retried"}),),
    "WakeUps": (frozenset({"cause"}),),
    "HistoryExportFailed": (frozenset(),),
    "HistoriesSweptUp": (frozenset(),),
}

_SHOWN_ERRORS = {
    *("MailRejected", "MailUnsettled", "LedgerMismatch", "PaymentMismatch"),
    "OrderCancelled",  # also an outcome
}
NOT_SHOWN: Mapping[str, str] = {
    **{
        error: "the widget of verdicts shows its effect, the log of the activity its cause"
        for error in ERRORS
        if error not in _SHOWN_ERRORS
    },
    "ActivityDefect": "its alarm shows it",
    "FailedInvocation": "the alarms ActivityCrashes subtract it from Lambda's errors",
    **dict.fromkeys(ANSWERS, "the widget of requests shows those of API Gateway"),
    **{
        f"Janitor-{action}": "the janitor had nothing to recover"
        for action in ("postponed", "running", "nothing", "stock-settled")
    },
    **{
        f"PaymentReport-{action}": "a report without effect"
        for action in ("nothing", "unknown", "ignored")
    },
}
"""Metrics that the dashboard leaves out, with the reason."""


def require_emitted(name: str, dimensions: frozenset[str]) -> None:
    """Raises ValueError for a metric that no function writes."""
    if dimensions not in EMITTED.get(name, ()):
        raise ValueError(f"no function writes the metric {name} with {sorted(dimensions)}")
