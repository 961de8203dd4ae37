"""Builds the views of executions from their histories."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from lambdas.api.executions.graph import build_graph
from lambdas.api.models.execution_views import (
    ExecutionView,
    HistoryEventView,
    HistoryView,
    OrderVerdictView,
    StateEntryView,
)
from lambdas.api.models.graph_views import GraphView, StateView
from lambdas.domain.executions import ExecutionOutcome
from lambdas.domain.record.order import Order
from lambdas.executions.history import HistoryEvent
from lambdas.executions.metrics import measure
from lambdas.executions.outcomes import classify
from lambdas.executions.state_entries import state_entries

Events = Sequence[HistoryEvent]


def history_view(order_id: str, histories: Mapping[int, Events], omitted: int) -> HistoryView:
    """`histories` has the events of each epoch. Executions that never started are left out."""
    begun = {epoch: events for epoch, events in histories.items() if events}
    return HistoryView(
        order_id=order_id,
        omitted_executions=omitted,
        executions=[_execution(epoch, events) for epoch, events in begun.items()],
        state_entries=[
            StateEntryView.of(entry, epoch=epoch)
            for epoch, events in begun.items()
            for entry in state_entries(events)
        ],
        events=[
            HistoryEventView.of(event, epoch=epoch, timestamp=event.at)
            for epoch, events in begun.items()
            for event in events
        ],
    )


def order_verdict_view(order: Order, found: ExecutionOutcome) -> OrderVerdictView:
    """The verdict on the order's current execution."""
    return OrderVerdictView.of(found, stage=order.stage)


def graph_view(order: Order, definition: Mapping[str, Any] | None, events: Events) -> GraphView:
    """The graph of the order's current execution, without states if it has no definition yet."""
    states = () if definition is None else build_graph(definition, events)
    return GraphView.of(
        order,
        start_at=None if definition is None else definition["StartAt"],
        states=[StateView.of(state) for state in states],
    )


def _execution(epoch: int, events: Events) -> ExecutionView:
    metrics = measure(events)
    categories = {category: asdict(share) for category, share in metrics.shares.items()}
    return ExecutionView(
        epoch=epoch, categories=categories, retries=metrics.retries, **_verdict(events)
    )


def _verdict(events: Events) -> dict[str, Any]:
    result, metrics = classify(events), measure(events)
    return {
        "verdict": result.verdict.value,
        "reason": result.reason,
        "started_at": metrics.started_at,
        "stopped_at": metrics.stopped_at,
    }
