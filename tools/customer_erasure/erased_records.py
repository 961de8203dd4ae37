"""What remains of an order's records without its customer: money, stock, states and times."""

import re
from collections.abc import Mapping
from typing import Any

ERASED = "[erased]"
ENDS = frozenset({"completed", "cancelled", "failed"})
"""The stages of orders that have ended."""
_PROBLEM = re.compile(r"debt|dispute(-\d+)?")
Record = Mapping[str, Any]


def is_needed(order: Record) -> bool:
    """Whether an order is open, owes its customer a refund that failed after its end, or has a
    dispute for which its timeline is evidence.
    """
    problems = (one for name, one in order.get("ledger", {}).items() if _PROBLEM.fullmatch(name))
    return order["stage"] not in ENDS or any(problem["state"] == "intent" for problem in problems)


def erased_order(order: Record, pseudonym: str) -> dict[str, Any]:
    """The attributes of META that change. All orders of a customer get one pseudonym."""
    customer = order["customer_id"]
    changed = {
        "customer_id": pseudonym,
        "customer_stage": f"{pseudonym}#{order['stage']}",
        "payment_method": ERASED,
        "inbox": [_erased_signal(one, customer, pseudonym) for one in order.get("inbox", ())],
        "sequence": order["sequence"] + 1,
    }
    if order.get("requested_by") == customer:
        changed["requested_by"] = pseudonym
    if order.get("last_error"):
        changed["last_error"] = without_words(order["last_error"])
    return changed


def erased_detail(detail: Record) -> dict[str, Any]:
    """The detail of a timeline event without the words of people."""
    return {
        name: without_words(value) if name == "reason" else value for name, value in detail.items()
    }


def without_words(cause: str) -> str:
    """`cancelled: [erased]` of `cancelled: I move to Rome`. The first part has the outcome."""
    head, separator, _ = cause.partition(": ")
    return f"{head}: {ERASED}" if separator else cause


def _erased_signal(signal: Record, customer: str, pseudonym: str) -> dict[str, Any]:
    """A signal without words, and without the customer if that sent it."""
    changed = dict(signal)
    if changed.get("reason"):
        changed["reason"] = ERASED
    if customer in (changed.get("actor"), changed.get("actor_name")):
        changed["actor"] = pseudonym
        changed.pop("actor_name", None)
    return changed
