"""Convert an order to its META item and back. A field that an older version did not write has its
default. Every write keeps the fields that only a newer version knows: those of the item because
only differences are written, those of a part (line, signal, effect, enrichment) in `newer`.
"""

from collections.abc import Collection, Mapping
from dataclasses import fields
from enum import StrEnum
from typing import TYPE_CHECKING, Any, TypeVar
from zlib import crc32

from lambdas.domain.record.changes import Event
from lambdas.domain.record.ledger import (
    Effect,
    EffectState,
    PaymentProblem,
    effect_key,
    payment_problems,
)
from lambdas.domain.record.order import Enrichment, Line, Order
from lambdas.domain.record.signals import Signal, SignalKind
from lambdas.domain.record.stages import Stage

if TYPE_CHECKING:
    from lambdas.domain.record.outside import OutsideSettlement

OPEN_SHARDS = 4
"""Partitions of the `open` index. One partition accepts 1,000 writes a second."""

LIST_SHARDS = 2
"""Partitions of each stage in `by_stage`, and of `by_age`. An order needs two writes, to enter a
stage and to leave it, so one stage accepts 1,000 orders a second. A list reads every partition.
"""

META = "META"
_PARTS = frozenset({"items", "stage", "enrichment", "inbox", "ledger", "outcomes", "settlement"})
Record = TypeVar("Record", Line, Enrichment, Signal, Effect, "OutsideSettlement")
_PLAIN = tuple(
    field.name
    for field in fields(Order)
    if field.name not in _PARTS and not field.name.startswith("wait_")
)
_OFTEN_EMPTY = frozenset(
    {
        "compensation_attempts",
        "takeovers",
        "check_failures",
        "approval_links",
        "counted",
        "traceparent",
    }
)
"""Fields that are not stored while they are 0 or empty: a write of META costs one unit per KB."""


def order_key(order_id: str, sort: str = META) -> dict[str, str]:
    """The key of one item of the order."""
    return {"pk": f"ORDER#{order_id}", "sk": sort}


def to_record(order: Order) -> dict[str, Any]:
    """The META item with its index attributes. `total` is only for people who read the table."""
    return {
        **order_key(order.order_id),
        **{name: _stored_value(order, name) for name in _PLAIN},
        "stage": order.stage.value,
        "items": [_part_record(line) for line in order.items],
        "enrichment": _part_record(order.enrichment),
        "inbox": [signal_record(signal) for signal in order.inbox],
        "outcomes": dict(order.outcomes),
        "settlement": None if order.settlement is None else _part_record(order.settlement),
        "ledger": {name: _effect_record(order, name) for name in order.ledger},
        "total": order.total.amount_minor,
        "list_shard": str(_shard(order.order_id, LIST_SHARDS)),
        "stage_key": stage_key(order.stage, _shard(order.order_id, LIST_SHARDS)),
        "customer_stage": customer_stage(order.customer_id, order.stage),
        "open_shard": _open_shard(order),
    }


def open_shard(order_id: str, *, only_waits: bool) -> str:
    """The order's partition in the index `open`. Resting orders (`Order.only_waits`) have separate
    partitions, so that they never delay an urgent check.
    """
    return open_partition(_shard(order_id, OPEN_SHARDS), only_waits=only_waits)


def open_partition(shard: int, *, only_waits: bool) -> str:
    """One partition of the index `open`."""
    return f"resting#{shard}" if only_waits else str(shard)


def problem_partition(problems: Collection[PaymentProblem]) -> str:
    """The partition of the index `open` for ended orders with these problems: `problem#debt`. The
    janitor does not read it.
    """
    return f"problem#{'+'.join(sorted(problems))}"


def stage_key(stage: Stage, shard: int) -> str:
    """The key of one partition of a stage in the index `by_stage`."""
    return f"{stage.value}#{shard}"


def customer_stage(customer_id: str, stage: Stage) -> str:
    """The partition key of a customer's orders at one stage. No stage has a `#` in its name."""
    return f"{customer_id}#{stage.value}"


def from_record(record: Mapping[str, Any]) -> Order:
    """The order of a META item."""
    enrichment = record.get("enrichment", {})
    recommendations = tuple(enrichment.get("recommendations", ()))
    plain = {name: record[name] for name in _PLAIN if record.get(name) is not None}
    return Order(
        **{"requested_by": record["customer_id"], **plain},
        stage=Stage(record["stage"]),
        items=tuple(_build_part(Line, line) for line in record["items"]),
        enrichment=_build_part(Enrichment, {**enrichment, "recommendations": recommendations}),
        inbox=tuple(_signal(entry) for entry in record.get("inbox", ())),
        outcomes=record.get("outcomes", {}),
        settlement=_settlement(record.get("settlement")),
        ledger={
            name: _effect({"key": effect_key(name, record["order_id"]), **entry})
            for name, entry in record.get("ledger", {}).items()
        },
    )


def signal_record(signal: Signal) -> dict[str, Any]:
    """The inbox entry of a signal."""
    return _part_record(signal)


def event_record(order_id: str, event: Event) -> dict[str, Any]:
    """The timeline item of an event. Without the attribute `stage` it is in no index."""
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


def _open_shard(order: Order) -> str | None:
    if not order.ended:
        return open_shard(order.order_id, only_waits=order.only_waits)
    problems = payment_problems(order.ledger)
    return problem_partition(problems) if problems else None


def _shard(order_id: str, shards: int) -> int:
    return crc32(order_id.encode()) % shards


def _settlement(entry: Mapping[str, Any] | None) -> "OutsideSettlement | None":
    if entry is None:
        return None
    from lambdas.domain.record.outside import OutsideSettlement, Settled

    return _build_part(OutsideSettlement, {**entry, "settled": Settled(entry["settled"])})


def _signal(entry: Mapping[str, Any]) -> Signal:
    return _build_part(Signal, {**entry, "kind": SignalKind(entry["kind"])})


def _effect(entry: Mapping[str, Any]) -> Effect:
    return _build_part(Effect, {**entry, "state": EffectState(entry["state"])})


def _stored_value(order: Order, name: str) -> Any:
    """The value of a plain field; None where reading the record gives the same without it."""
    value = getattr(order, name)
    if name == "requested_by" and value == order.customer_id:
        return None
    return None if name in _OFTEN_EMPTY and not value else value


def _effect_record(order: Order, name: str) -> dict[str, Any]:
    """An entry of the ledger, without a key that follows from its name, and `stuck` only if set."""
    record = _part_record(order.ledger[name])
    if not record["stuck"]:
        del record["stuck"]
    if record["key"] == effect_key(name, order.order_id):
        del record["key"]
    return record


def _build_part(record_type: type[Record], values: Mapping[str, Any]) -> Record:
    """Build a part of the order. Fields that this version does not know become `newer`."""
    names = _names(record_type)
    known = {name: value for name, value in values.items() if name in names}
    newer = {name: value for name, value in values.items() if name not in names}
    return record_type(**known, newer=newer)


def _part_record(part: "Line | Enrichment | Signal | Effect | OutsideSettlement") -> dict[str, Any]:
    known = {name: getattr(part, name) for name in _names(type(part))}
    plain = {name: _plain_value(value) for name, value in known.items() if value is not None}
    return {**plain, **part.newer}


def _plain_value(value: object) -> object:
    return value.value if isinstance(value, StrEnum) else value


def _names(part: "type[Line | Enrichment | Signal | Effect | OutsideSettlement]") -> list[str]:
    return [field.name for field in fields(part) if field.name != "newer"]
