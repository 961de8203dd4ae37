"""Builds the views of executions from their histories."""

from collections.abc import Mapping, Sequence
from typing import Any

from lambdas.api.executions.graph import GraphState, build_graph
from lambdas.api.executions.history import HistoryEvent
from lambdas.api.executions.metrics import measure
from lambdas.api.executions.outcomes import Verdict, classify
from lambdas.api.executions.state_entries import StateEntry, state_entries
from lambdas.api.models.graph_views import GraphView, StateView, TransitionView
from lambdas.api.models.operator_views import (
    ExecutionView,
    HistoryEventView,
    HistoryView,
    OrderVerdictView,
    ShareView,
    StateEntryView,
)
from lambdas.api.models.order_presenter import instant
from lambdas.domain.executions import ExecutionOutcome
from lambdas.domain.record.order import Order

_GRAPH = ("name", "type", "comment", "category", "inside", "ends", "progress", "entries", "error")
_ENTRY = ("state", "type", "category", "progress", "attempts", "error", "errors")
Events = Sequence[HistoryEvent]


def history_view(order_id: str, histories: Mapping[int, Events], omitted: int) -> HistoryView:
    """`histories` has the events of each epoch. Executions that never started are left out."""
    begun = {epoch: events for epoch, events in histories.items() if events}
    return HistoryView(
        order_id=order_id,
        omitted_executions=omitted,
        executions=[_execution(epoch, events) for epoch, events in begun.items()],
        state_entries=[
            _state_entry(epoch, entry)
            for epoch, events in begun.items()
            for entry in state_entries(events)
        ],
        events=[_event(epoch, event) for epoch, events in begun.items() for event in events],
    )


def outcome(order: Order, events: Sequence[HistoryEvent]) -> ExecutionOutcome:
    """The outcome of the order's current execution, ended or running, from its events."""
    result, metrics = classify(events), measure(events)
    return ExecutionOutcome(
        order_id=order.order_id,
        epoch=order.epoch,
        verdict=result.verdict.value,
        reason=result.reason,
        started_at=metrics.started_at,
        stopped_at=metrics.stopped_at,
    )


def order_verdict_view(order: Order, found: ExecutionOutcome) -> OrderVerdictView:
    """The verdict on the order's current execution."""
    return OrderVerdictView(
        order_id=order.order_id,
        stage=order.stage,
        epoch=found.epoch,
        verdict=Verdict(found.verdict),
        reason=found.reason,
        started_at=_instant(found.started_at),
        stopped_at=_instant(found.stopped_at),
    )


def graph_view(order: Order, definition: Mapping[str, Any] | None, events: Events) -> GraphView:
    """The graph of the order's current execution, without states if it has no definition yet."""
    states = () if definition is None else build_graph(definition, events)
    return GraphView(
        order_id=order.order_id,
        epoch=order.epoch,
        stage=order.stage,
        last_heartbeat_at=_instant(order.last_heartbeat_at),
        start_at=None if definition is None else definition["StartAt"],
        states=[_state(state) for state in states],
    )


def _state(state: GraphState) -> StateView:
    plain = {name: getattr(state, name) for name in _GRAPH}
    return StateView(
        **plain,
        transitions=[TransitionView(to=one.to, kind=one.kind) for one in state.transitions],
        entered_at=_instant(state.entered_at),
        left_at=_instant(state.left_at),
    )


def _execution(epoch: int, events: Sequence[HistoryEvent]) -> ExecutionView:
    metrics = measure(events)
    categories = {
        category: ShareView(events=share.events, milliseconds=share.milliseconds)
        for category, share in metrics.shares.items()
    }
    return ExecutionView(
        **_verdict(epoch, events), categories=categories, retries=dict(metrics.retries)
    )


def _verdict(epoch: int, events: Sequence[HistoryEvent]) -> dict[str, Any]:
    result, metrics = classify(events), measure(events)
    return {
        "epoch": epoch,
        "verdict": result.verdict,
        "reason": result.reason,
        "started_at": _instant(metrics.started_at),
        "stopped_at": _instant(metrics.stopped_at),
    }


def _state_entry(epoch: int, entry: StateEntry) -> StateEntryView:
    return StateEntryView(
        **{name: getattr(entry, name) for name in _ENTRY},
        epoch=epoch,
        entered_at=_instant(entry.entered_at),
        left_at=_instant(entry.left_at),
    )


def _event(epoch: int, event: HistoryEvent) -> HistoryEventView:
    return HistoryEventView(
        epoch=epoch,
        id=event.id,
        type=event.type,
        timestamp=_instant(event.at),
        state=event.state,
        error=event.error,
        decision=event.decision,
        category=event.category,
    )


def _instant(milliseconds: int | None) -> str | None:
    return None if milliseconds is None else instant(milliseconds)
