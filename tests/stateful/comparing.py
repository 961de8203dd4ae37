"""What is observed against what was predicted."""

from typing import Any

from lambdas.domain.record.order import Order
from tests.simulation.deployments import strayed
from tests.stateful.environments import mails
from tests.stateful.model import Model
from tests.stateful.predicted import Predicted
from tests.stateful.surface import Surface


def differences(surface: Surface, model: Model) -> list[str]:
    """One line for each thing that is not as predicted."""
    found = []
    for order in model.orders.values():
        seen, expected = _observed(surface, order), _expected(order)
        found += [
            f"{order.order_id}: {name} is {seen[name]}, predicted {expected[name]}"
            for name in expected
            if seen[name] != expected[name]
        ]
    for sku, shelf in model.shelves.items():
        units, predicted = surface.around.shelf(sku), (shelf.available, shelf.held, shelf.sold)
        if units != predicted:
            found.append(f"{sku}: available, held, sold {units}, predicted {predicted}")
    return found + strayed(surface.engine)


def _observed(surface: Surface, order: Predicted) -> dict[str, Any]:
    stored = surface.deps.store.get(order.order_id)
    return {
        "stage": stored.stage.value,
        "revision": stored.revision,
        "epoch": stored.epoch,
        "version": stored.version,
        "items": {line.sku: line.quantity for line in stored.items},
        "flags": (stored.reserved, stored.charged, stored.cancelled, stored.start_pending),
        "deadline": stored.approval_deadline,
        "last_heartbeat_at": stored.last_heartbeat_at,
        "inbox": [signal.signal_id for signal in stored.inbox],
        "outcomes": dict(stored.outcomes),
        "reason": _reason(stored, order),
        "captured, refunded": surface.around.money(order.order_id),
        "mails": mails(surface.deps, order.order_id),
        "calls": [
            asked.function
            for asked in surface.asked
            if (asked.task.order_id, asked.task.epoch) == (order.order_id, stored.epoch)
        ],
    }


def _expected(order: Predicted) -> dict[str, Any]:
    return {
        "stage": order.stage,
        "revision": order.revision,
        "epoch": order.epoch,
        "version": order.version,
        "items": order.lines,
        "flags": (order.reserved, order.charged, order.cancelled, order.start_pending),
        "deadline": order.deadline,
        "last_heartbeat_at": order.last_heartbeat_at,
        "inbox": list(order.inbox),
        "outcomes": order.outcomes,
        "reason": order.reason,
        "captured, refunded": (order.captured_minor, order.refunded_minor),
        "mails": order.mails,
        "calls": order.open_calls,
    }


def _reason(stored: Order, order: Predicted) -> str:
    """The beginning of the stored reason: the model knows an error's name, not its message."""
    text = stored.last_error or ""
    name, _, _ = text.partition(": ")
    return name if name == order.reason else text
