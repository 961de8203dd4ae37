"""What became of an execution, and why: judged by its redacted history alone.

completed            the order was fulfilled
rejected             a business rule said no: no stock, the payment was declined
expired              nobody approved it in time
cancelled            somebody cancelled it
compensated          it lost its order to another execution, or took one over and undid everything
compensation-stuck   something could not be undone yet; the janitor goes on trying
infrastructure       a service failed for longer than the retries, or the execution was stopped;
                     unless a person stopped it, another execution continues the order
defect               an error that nobody foresaw: a bug in an activity or in the definition
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from lambdas.api.history import HistoryEvent
from lambdas.domain import errors


class Verdict(StrEnum):
    """The one class an execution falls into; two of them may still change."""

    COMPLETED = "completed"
    REJECTED = "rejected"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    COMPENSATED = "compensated"
    COMPENSATION_STUCK = "compensation-stuck"
    INFRASTRUCTURE = "infrastructure"
    DEFECT = "defect"
    RUNNING = "running"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict with its reason, a sentence for people."""

    verdict: Verdict
    reason: str


_UNDOING = ("RefundPayment", "ReleaseStock", "CloseOrder")
"""States of which each must succeed for an order to be compensated."""

_BY_ERROR: dict[str, Verdict] = {
    **dict.fromkeys(("InsufficientStock", "PaymentDeclined", "CustomerUnknown"), Verdict.REJECTED),
    "OrderCancelled": Verdict.CANCELLED,
    **dict.fromkeys(("StaleEpoch", "OrderMovedOn", "PaymentClosed"), Verdict.COMPENSATED),
    **{cls.__name__: Verdict.INFRASTRUCTURE for cls in errors.TransientError.__subclasses__()},
    **dict.fromkeys(
        ("States.Timeout", "States.HeartbeatTimeout", "Sandbox.Timedout", "Runtime.ExitError"),
        Verdict.INFRASTRUCTURE,
    ),
}
_BY_DECISION = {
    "expire": Judgement(Verdict.EXPIRED, "nobody approved it before its deadline"),
    "compensate": Judgement(Verdict.CANCELLED, "somebody cancelled it"),
    "give-up": Judgement(
        Verdict.INFRASTRUCTURE, "the payment provider was unavailable until the payment deadline"
    ),
    "continue": Judgement(
        Verdict.INFRASTRUCTURE, "its history became long: another execution continues the order"
    ),
}
_TAKEN_OVER = Judgement(Verdict.COMPENSATED, "another execution took its order over")
_ENDED_FROM_OUTSIDE = {
    "ExecutionAborted": "the execution was stopped (StopExecution)",
    "ExecutionTimedOut": "the execution ran into its own time limit",
}
_ENDS = frozenset({"ExecutionSucceeded", "ExecutionFailed", *_ENDED_FROM_OUTSIDE})


def judged(events: Sequence[HistoryEvent]) -> Judgement:
    """The verdict on one execution."""
    if not events:
        return Judgement(Verdict.UNKNOWN, "the engine has no history of it")
    end = _end(events)
    if end is None:
        return Judgement(Verdict.RUNNING, f"it is in {_newest_state(events) or 'its beginning'}")
    if end.type in _ENDED_FROM_OUTSIDE:
        return Judgement(Verdict.INFRASTRUCTURE, _ENDED_FROM_OUTSIDE[end.type])
    if "OrderTakenOver" in _entered(events):
        return _TAKEN_OVER
    if "OrderInterrupted" in _entered(events):
        return _interrupted(events)
    if end.type == "ExecutionSucceeded" and "OrderCancelled" not in _entered(events):
        return Judgement(Verdict.COMPLETED, "every step succeeded")
    return _lost(events) or _stuck(events) or _cause(events, end)


def has_ended(events: Sequence[HistoryEvent]) -> bool:
    """Whether the verdict on this execution can no longer change."""
    return _end(events) is not None


def _end(events: Sequence[HistoryEvent]) -> HistoryEvent | None:
    """The event that ended the execution: after a redrive, it runs again."""
    last = next((e for e in reversed(events) if e.type.startswith("Execution")), None)
    return last if last is not None and last.type in _ENDS else None


def _newest_state(events: Sequence[HistoryEvent]) -> str | None:
    return next((event.within for event in reversed(events) if event.within), None)


def _entered(events: Sequence[HistoryEvent]) -> list[str]:
    return [e.state for e in events if e.state and e.type.endswith("StateEntered")]


def _lost(events: Sequence[HistoryEvent]) -> Judgement | None:
    """An undoing state that may not write any more: whoever took the order over undoes the rest."""
    if all(_last_error(events, state) != "StaleEpoch" for state in _UNDOING):
        return None
    return _TAKEN_OVER


def _interrupted(events: Sequence[HistoryEvent]) -> Judgement:
    """What kept failing, or that the execution went on for long."""
    before = [e for e in events[: _index_of_entry(events, "OrderInterrupted")] if e.within]
    decisions = [event.decision for event in before if event.decision]
    if before[-1].within == "RouteDecision" and decisions:
        return _BY_DECISION.get(decisions[-1], _by_error("RouteDecision", decisions[-1]))
    failed = next((e for e in reversed(before) if e.error), before[-1])
    return _by_error(failed.within or "", failed.error or "no error's name")


def _stuck(events: Sequence[HistoryEvent]) -> Judgement | None:
    """An undoing state whose last attempt failed."""
    for state in _UNDOING:
        error = _last_error(events, state)
        if error is not None:
            return Judgement(Verdict.COMPENSATION_STUCK, f"{state} failed with {error}")
    return None


def _cause(events: Sequence[HistoryEvent], end: HistoryEvent) -> Judgement:
    """Why the compensation began: what the state before its first one said."""
    states = _entered(events)
    if "RefundPayment" not in states:
        return _by_error(_newest_state(events) or "the execution", end.error or "no error's name")
    before = [e for e in events[: _index_of_entry(events, "RefundPayment")] if e.within]
    state = before[-1].within or ""
    if state == "RouteStart":
        return Judgement(Verdict.COMPENSATED, "it took the order over and undid what was done")
    decisions = [event.decision for event in before if event.decision]
    if state == "RouteDecision" and decisions:
        return _BY_DECISION.get(decisions[-1], _by_error(state, f"decision {decisions[-1]}"))
    failed = next((e for e in reversed(before) if e.error), None)
    if failed is None:
        return _by_error(state, "no error's name")
    return _by_error(failed.within or state, failed.error or "")


def _by_error(state: str, error: str) -> Judgement:
    infrastructure = Verdict.INFRASTRUCTURE if error.startswith("Lambda.") else Verdict.DEFECT
    return Judgement(_BY_ERROR.get(error, infrastructure), f"{state} failed with {error}")


def _last_error(events: Sequence[HistoryEvent], state: str) -> str | None:
    """The error of the last attempt of the last visit, None if that attempt succeeded."""
    for event in reversed(events):
        if event.within == state and event.type.endswith(("Succeeded", "Failed", "TimedOut")):
            return None if event.type.endswith("Succeeded") else event.error or event.type
    return None


def _index_of_entry(events: Sequence[HistoryEvent], state: str) -> int:
    return next(
        index
        for index, event in enumerate(events)
        if event.state == state and event.type.endswith("StateEntered")
    )
