"""Order <-> the META item. Reading is tolerant: a field that an older version did not write has
its default, a field that only a newer version knows is left alone by every write.
"""

from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any, TypeVar
from zlib import crc32

from lambdas.domain.changes import Event
from lambdas.domain.ledger import Effect, EffectState
from lambdas.domain.order import Enrichment, Line, Order
from lambdas.domain.signals import Signal, SignalKind
from lambdas.domain.stages import Stage

OPEN_SHARDS = 4
"""Partitions of the `open` index; one partition takes 1,000 writes a second."""

META = "META"
Record = TypeVar("Record", Line, Enrichment, Signal, Effect)
_PLAIN = tuple(
    field.name
    for field in fields(Order)
    if field.name not in {"items", "stage", "enrichment", "inbox", "ledger", "outcomes"}
)


def order_key(order_id: str, sort: str = META) -> dict[str, str]:
    """The key of one of the order's items."""
    return {"pk": f"ORDER#{order_id}", "sk": sort}


def to_record(order: Order) -> dict[str, Any]:
    """The whole META item, index attributes included; `total` is there for human readers."""
    return {
        **order_key(order.order_id),
        **{name: getattr(order, name) for name in _PLAIN},
        "stage": order.stage.value,
        "items": [asdict(line) for line in order.items],
        "enrichment": _without_none(asdict(order.enrichment)),
        "inbox": [signal_record(signal) for signal in order.inbox],
        "outcomes": dict(order.outcomes),
        "ledger": {name: _effect_record(effect) for name, effect in order.ledger.items()},
        "total": order.total.amount_minor,
        "stage_key": order.stage.value,
        "customer_key": order.customer_id,
        "open_shard": None if order.ended else str(crc32(order.order_id.encode()) % OPEN_SHARDS),
    }


def from_record(record: Mapping[str, Any]) -> Order:
    """The order of a META item."""
    enrichment = record.get("enrichment", {})
    recommendations = tuple(enrichment.get("recommendations", ()))
    return Order(
        **{name: record[name] for name in _PLAIN if record.get(name) is not None},
        stage=Stage(record["stage"]),
        items=tuple(_known(Line, line) for line in record["items"]),
        enrichment=_known(Enrichment, {**enrichment, "recommendations": recommendations}),
        inbox=tuple(_signal(entry) for entry in record.get("inbox", ())),
        outcomes=record.get("outcomes", {}),
        ledger={name: _effect(entry) for name, entry in record.get("ledger", {}).items()},
    )


def signal_record(signal: Signal) -> dict[str, Any]:
    """A signal as the inbox holds it."""
    return _without_none({**asdict(signal), "kind": signal.kind.value})


def event_record(order_id: str, event: Event) -> dict[str, Any]:
    """A timeline item. Its stage has another name than META's: only META is in the indexes."""
    return {
        **order_key(order_id, f"EVENT#{event.number:06d}"),
        "number": event.number,
        "at": event.at,
        "kind": event.kind,
        "event_stage": str(event.stage),
        "detail": dict(event.detail),
    }


def from_event_record(record: Mapping[str, Any]) -> Event:
    """The event of a timeline item."""
    return Event(
        number=record["number"],
        at=record["at"],
        kind=record["kind"],
        stage=record["event_stage"],
        detail=record["detail"],
    )


def _signal(entry: Mapping[str, Any]) -> Signal:
    return _known(Signal, {**entry, "kind": SignalKind(entry["kind"])})


def _effect(entry: Mapping[str, Any]) -> Effect:
    return _known(Effect, {**entry, "state": EffectState(entry["state"])})


def _known(record_type: type[Record], values: Mapping[str, Any]) -> Record:
    """Build a part of the order from the values that this version knows."""
    names = {field.name for field in fields(record_type)}
    return record_type(**{name: value for name, value in values.items() if name in names})


def _effect_record(effect: Effect) -> dict[str, Any]:
    return _without_none({**asdict(effect), "state": effect.state.value})


def _without_none(record: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in record.items() if value is not None}
