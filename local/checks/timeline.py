"""The timeline in the tables: items, and notes on the order's record.

A note is [number, milliseconds since the order was placed, code, figure]. The code of a settled
signal is its place in the inbox.
"""

from collections.abc import Iterable, Mapping
from typing import Any

Record = Mapping[str, Any]

_KINDS = {
    "p": ("payment-captured", "status-update"),
    "m": ("mail-confirmation-sent", "notify"),
    "c": ("mail-cancellation-sent", "notify"),
}
_AFTER = {
    ("approve-payment", "applied"): "payment",
    ("decline-payment", "applied"): "compensating",
    ("cancel-order", "applied"): "compensating",
}


def whole_timeline(order: Record, items: Iterable[Record]) -> list[Record]:
    """The events of an order by number; `items` are those that are items of the table."""
    by_number = {**dict(_noted_events(order)), **{event["number"]: event for event in items}}
    return [by_number[number] for number in sorted(by_number)]


def _noted_events(order: Record) -> Iterable[tuple[int, Record]]:
    if "created_at" in order and order["event_count"]:
        yield 1, _event(1, order["created_at"], "order-placed", "start")
    for number, elapsed, code, *figures in order.get("events", ()):
        at = order["created_at"] + elapsed
        if isinstance(code, str):
            kind, stage = _KINDS[code]
            detail = dict(zip(["amount_minor"], figures, strict=False))
            yield number, _event(number, at, kind, stage, **detail)
        else:
            yield number, _settled_event(order, number, at, order["inbox"][code])


def _settled_event(order: Record, number: int, at: int, signal: Record) -> Record:
    signal_id, kind = signal["signal_id"], signal["kind"]
    outcome = order["outcomes"][signal_id]
    superseded = "compensating" if outcome == "superseded" else "awaiting-approval"
    stage = _AFTER.get((kind, outcome), superseded)
    detail = {"signal_id": signal_id, "signal": kind, "outcome": outcome}
    return _event(number, at, "signal-settled", stage, **detail)


def _event(number: int, at: int, kind: str, stage: str, **detail: Any) -> Record:
    return {"number": number, "at": at, "kind": kind, "event_stage": stage, "detail": detail}
