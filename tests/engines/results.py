"""The result of a scenario on an engine, as plain values without ids and times, for comparison."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tests.engines.scenario import STOCK
from tests.simulation.step_functions.journal import StateEntry
from tests.workflow.histories import IN_BRANCHES

Record = Mapping[str, Any]

_ORDER_FIELDS = (
    *("stage", "version", "epoch", "revision", "items", "total", "currency", "customer_id"),
    *("reserved", "payment_approved", "charged", "cancelled", "last_error"),
    *("enrichment", "applied", "start_pending", "compensation_attempts", "payment_method"),
)
_SIGNAL_FIELDS = ("kind", "revision", "sku", "quantity", "reason")
_EFFECT_FIELDS = ("key", "state", "amount_minor", "refunded_minor", "stuck")


@dataclass(slots=True)
class Ran:
    """One execution: its status, its output or error, and its state entries."""

    status: str
    result: Any
    entries: Sequence[StateEntry]


@dataclass(slots=True, kw_only=True)
class Seen:
    """The input of `scenario_result`; `tag` is the suffix of the scenario's SKUs."""

    order_id: str
    executions: Sequence[Ran]
    order: Record
    events: Sequence[Record]
    inventory: Iterable[Record]
    payments: Iterable[Record]
    subjects: Sequence[str]
    tag: str = ""


Result = Mapping[str, Any]


def scenario_result(seen: Seen) -> Result:
    """Return everything that must be equal on every engine."""
    result = {
        "executions": [_execution(ran) for ran in seen.executions],
        "order": _order(seen.order),
        "timeline": [_event(event) for event in seen.events],
        "stock": {s["sku"]: [s["available"], s["held"], s["sold"]] for s in seen.inventory},
        "payments": dict(sorted(_payments(seen.payments))),
        "mails": list(seen.subjects),
    }
    return _without_ids(result, seen)


def stock_records(tag: str = "") -> list[dict[str, Any]]:
    """The inventory table at the start of every scenario."""
    return [
        {
            "sku": sku + tag,
            "name": sku.capitalize(),
            "available": goods.available,
            "held": 0,
            "sold": 0,
            "unit_price_minor": goods.price,
            "currency": "EUR",
            "related": [other + tag for other in goods.related],
        }
        for sku, goods in STOCK.items()
    ]


def _execution(ran: Ran) -> dict[str, Any]:
    main = [_entry(entry) for entry in ran.entries if entry.state not in IN_BRANCHES]
    branches = [_entry(entry) for entry in ran.entries if entry.state in IN_BRANCHES]
    return {
        "status": ran.status,
        "result": ran.result,
        "main": main,
        "branches": sorted(branches, key=lambda entry: str(entry["state"])),
    }


def _entry(entry: StateEntry) -> dict[str, Any]:
    return {"state": entry.state, "errors": list(entry.errors), "output": entry.output}


def _order(record: Record) -> dict[str, Any]:
    signals = [_signal(signal) for signal in record.get("inbox", ())]
    outcomes = [record["outcomes"].get(s["signal_id"], "none") for s in record.get("inbox", ())]
    ledger = {name: _only(effect, _EFFECT_FIELDS) for name, effect in record["ledger"].items()}
    return {
        **_only(record, _ORDER_FIELDS),
        "inbox": signals,
        "outcomes": outcomes,
        "ledger": ledger,
        "cancel requested": record.get("cancel_requested_at") is not None,
    }


def _signal(signal: Record) -> dict[str, Any]:
    """By the name of its sender: only a deployment has users with subjects."""
    return {
        **_only(signal, _SIGNAL_FIELDS),
        "sender": signal.get("actor_name") or signal["actor"],
    }


def _event(event: Record) -> list[Any]:
    return [event["kind"], event["event_stage"], dict(event["detail"])]


def _payments(books: Iterable[Record]) -> Iterable[tuple[str, Any]]:
    """The captured and refunded amounts under each key of the order. A payment without a capture
    moved no money: the engines' providers may record it or not.
    """
    for book in books:
        if book.get("captured_minor"):
            yield book["payment_key"], [book["captured_minor"], book.get("refunded_minor", 0)]
        elif "minor" in book:
            yield book["payment_key"], book["minor"]


def _only(record: Record, names: Iterable[str]) -> dict[str, Any]:
    """The fields of these names that have a value."""
    return {name: record[name] for name in names if record.get(name) not in (None, False)}


def _without_ids(result: Any, seen: Seen) -> Result:
    text = json.dumps(result, default=str).replace(seen.order_id, "ORDER")
    for number, signal in enumerate(seen.order.get("inbox", ()), start=1):
        text = text.replace(signal["signal_id"], f"SIGNAL {number}")
    if seen.tag:
        text = text.replace(seen.tag, "")
    plain: Result = json.loads(text)
    return plain
