"""Classifies an execution by its redacted history: a verdict and its reason.

completed            the order was fulfilled
rejected             a business rule refused the order: no stock, or the payment was declined
declined             an approver declined the payment
expired              the approval deadline passed
cancelled            the customer or an operator cancelled the order
compensated          another execution took the order over, or this one took it over and
                     compensated it
compensation-stuck   an effect is not compensated yet; the janitor keeps retrying
infrastructure       a service failed for longer than the retries, or the execution was stopped;
                     unless a person stopped it, another execution continues the order
defect               an unexpected error: a bug in an activity or in the definition
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from lambdas.domain import errors
from lambdas.domain.executions import ExecutionOutcome
from lambdas.executions.history import HistoryEvent
from lambdas.executions.metrics import measure
from lambdas.executions.state_entries import state_entries


class Verdict(StrEnum):
    """The class of an execution. Only `running` and `unknown` can still change."""

    COMPLETED = "completed"
    REJECTED = "rejected"
    DECLINED = "declined"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    COMPENSATED = "compensated"
    COMPENSATION_STUCK = "compensation-stuck"
    INFRASTRUCTURE = "infrastructure"
    DEFECT = "defect"
    RUNNING = "running"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Classification:
    """A verdict and its reason, a phrase for people."""

    verdict: Verdict
    reason: str


_COMPENSATED_ENDS = frozenset({"OrderCancelled", "OrderRejected"})
"""The states in which an execution succeeds although its order is not completed."""
_UNDOING = ("RefundPayment", "ReleaseStock", "CloseOrder")
"""The compensation states. All of them must succeed to compensate an order."""

_BY_ERROR: dict[str, Verdict] = {
    **dict.fromkeys(
        (
            *("InsufficientStock", "CustomerUnknown"),
            *("PaymentDeclined", "PaymentClosed", "PaymentNotSettled"),
        ),
        Verdict.REJECTED,
    ),
    "OrderCancelled": Verdict.CANCELLED,
    **dict.fromkeys(("StaleEpoch", "OrderMovedOn"), Verdict.COMPENSATED),
    **{cls.__name__: Verdict.INFRASTRUCTURE for cls in errors.TransientError.__subclasses__()},
    **dict.fromkeys(
        ("States.Timeout", "States.HeartbeatTimeout", "Sandbox.Timedout", "Runtime.ExitError"),
        Verdict.INFRASTRUCTURE,
    ),
}
_BY_DECISION = {
    "decline": Classification(Verdict.DECLINED, "an approver declined it"),
    "expire": Classification(Verdict.EXPIRED, "it was not approved before its deadline"),
    "compensate": Classification(Verdict.CANCELLED, "it was cancelled"),
    "give-up": Classification(
        Verdict.INFRASTRUCTURE, "the payment provider was unavailable until the payment deadline"
    ),
    "continue": Classification(
        Verdict.INFRASTRUCTURE, "its history became long: another execution continues the order"
    ),
}
_TAKEN_OVER = Classification(Verdict.COMPENSATED, "another execution took its order over")
_ENDED_FROM_OUTSIDE = {
    "ExecutionAborted": "the execution was stopped (StopExecution)",
    "ExecutionTimedOut": "the execution exceeded its time limit",
}
_ENDS = frozenset({"ExecutionSucceeded", "ExecutionFailed", *_ENDED_FROM_OUTSIDE})


def classify(events: Sequence[HistoryEvent]) -> Classification:
    """Classify one execution."""
    if not events:
        return Classification(Verdict.UNKNOWN, "the engine has no history of it")
    end = _end(events)
    if end is None:
        where = _newest_state(events) or "its beginning"
        return Classification(Verdict.RUNNING, f"it is in {where}")
    if end.type in _ENDED_FROM_OUTSIDE:
        return Classification(Verdict.INFRASTRUCTURE, _ENDED_FROM_OUTSIDE[end.type])
    if "OrderTakenOver" in _entered_states(events):
        return _TAKEN_OVER
    if "OrderInterrupted" in _entered_states(events):
        return _classify_interruption(events)
    if end.type == "ExecutionSucceeded" and not _COMPENSATED_ENDS & set(_entered_states(events)):
        return Classification(Verdict.COMPLETED, "every step succeeded")
    return _find_takeover(events) or _stuck(events) or _cause(events, end)


def outcome(order_id: str, epoch: int, events: Sequence[HistoryEvent]) -> ExecutionOutcome:
    """The outcome of an execution, ended or running."""
    result, metrics = classify(events), measure(events)
    return ExecutionOutcome(
        order_id=order_id,
        epoch=epoch,
        verdict=result.verdict.value,
        reason=result.reason,
        started_at=metrics.started_at,
        stopped_at=metrics.stopped_at,
    )


def has_ended(events: Sequence[HistoryEvent]) -> bool:
    """Whether the execution has ended, so that its verdict is final."""
    return _end(events) is not None


def _end(events: Sequence[HistoryEvent]) -> HistoryEvent | None:
    """The event that ended the execution; None if it runs, also after a redrive."""
    last = next((e for e in reversed(events) if e.type.startswith("Execution")), None)
    return last if last is not None and last.type in _ENDS else None


def _newest_state(events: Sequence[HistoryEvent]) -> str | None:
    return next((event.within for event in reversed(events) if event.within), None)


def _entered_states(events: Sequence[HistoryEvent]) -> list[str]:
    return [entry.state for entry in state_entries(events)]


def _find_takeover(events: Sequence[HistoryEvent]) -> Classification | None:
    """A compensation state lost the order to another execution, which compensates the rest."""
    if all(_last_error(events, state) != "StaleEpoch" for state in _UNDOING):
        return None
    return _TAKEN_OVER


def _classify_interruption(events: Sequence[HistoryEvent]) -> Classification:
    """Why the execution ended while its order continues: a failing service, or a long history."""
    before = [e for e in events[: _index_of_entry(events, "OrderInterrupted")] if e.within]
    decisions = [event.decision for event in before if event.decision]
    if before[-1].within == "RouteDecision" and decisions:
        return _BY_DECISION.get(decisions[-1], _by_error("RouteDecision", decisions[-1]))
    failed = next((e for e in reversed(before) if e.error), before[-1])
    return _by_error(failed.within or "", failed.error or "no error's name")


def _stuck(events: Sequence[HistoryEvent]) -> Classification | None:
    """A compensation state failed in its last attempt."""
    for state in _UNDOING:
        error = _last_error(events, state)
        if error is not None:
            return Classification(Verdict.COMPENSATION_STUCK, f"{state} failed with {error}")
    return None


def _cause(events: Sequence[HistoryEvent], end: HistoryEvent) -> Classification:
    """Why the compensation began: the decision or error before RefundPayment."""
    states = _entered_states(events)
    if "RefundPayment" not in states:
        return _by_error(_newest_state(events) or "the execution", end.error or "no error's name")
    before = [e for e in events[: _index_of_entry(events, "RefundPayment")] if e.within]
    state = before[-1].within or ""
    if state == "RouteStart":
        return Classification(Verdict.COMPENSATED, "it took the order over and compensated it")
    decisions = [event.decision for event in before if event.decision]
    if state == "RouteDecision" and decisions:
        return _BY_DECISION.get(decisions[-1], _by_error(state, f"decision {decisions[-1]}"))
    failed = next((e for e in reversed(before) if e.error), None)
    if failed is None:
        return _by_error(state, "no error's name")
    return _by_error(failed.within or state, failed.error or "")


def _by_error(state: str, error: str) -> Classification:
    infrastructure = Verdict.INFRASTRUCTURE if error.startswith("Lambda.") else Verdict.DEFECT
    return Classification(_BY_ERROR.get(error, infrastructure), f"{state} failed with {error}")


def _last_error(events: Sequence[HistoryEvent], state: str) -> str | None:
    """The error of the last attempt of the state; None if that attempt succeeded."""
    entries = reversed(state_entries(events))
    return next((entry.error for entry in entries if entry.state == state), None)


def _index_of_entry(events: Sequence[HistoryEvent], state: str) -> int:
    return next(
        index
        for index, event in enumerate(events)
        if event.state == state and event.type.endswith("StateEntered")
    )
