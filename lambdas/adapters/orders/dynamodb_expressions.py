"""Builds the DynamoDB write requests of a change."""

from collections.abc import Mapping, Sequence
from typing import Any

from lambdas.adapters.dynamodb.attribute_values import to_attribute, to_item
from lambdas.adapters.orders.event_notes import NOTES, Note
from lambdas.adapters.orders.order_records import (
    event_record,
    open_shard,
    order_key,
    signal_record,
    to_record,
)
from lambdas.domain.record.changes import Change, Event
from lambdas.domain.record.signals import Signal, SignalKind


def update_order(table: str, change: Change, notes: Sequence[Note] = ()) -> dict[str, Any]:
    """Write the attributes that differ between `before` and `after`, if `before` is still current,
    and append `notes`.

    Other attributes are not written: this keeps attributes that a newer deployment added. The
    condition includes the epoch besides the sequence, in case an operator edited the record.
    """
    before, after = to_record(change.before), to_record(change.after)
    differing = sorted(name for name in after if after[name] != before[name])
    sets = [name for name in differing if after[name] is not None]
    removes = [name for name in differing if after[name] is None]
    values = {f":{name}": after[name] for name in sets}
    assignments = [f"#{name} = :{name}" for name in sets]
    if notes:
        differing.append(NOTES)
        values |= {":notes": list(notes), ":none": []}
        assignments.append(f"#{NOTES} = list_append(if_not_exists(#{NOTES}, :none), :notes)")
    expression = "SET " + ", ".join(assignments)
    if removes:
        expression += " REMOVE " + ", ".join(f"#{name}" for name in removes)
    return {
        "TableName": table,
        "Key": to_item(order_key(change.before.order_id)),
        "UpdateExpression": expression,
        "ConditionExpression": "#sequence = :read_sequence AND #epoch = :read_epoch",
        "ExpressionAttributeNames": {
            f"#{name}": name for name in {*differing, "sequence", "epoch"}
        },
        "ExpressionAttributeValues": to_item(
            {
                **values,
                ":read_sequence": change.before.sequence,
                ":read_epoch": change.before.epoch,
            }
        ),
    }


def put_event(table: str, order_id: str, event: Event) -> dict[str, Any]:
    """Append an event to the timeline. An existing event is never overwritten."""
    return {
        "TableName": table,
        "Item": to_item(event_record(order_id, event)),
        "ConditionExpression": "attribute_not_exists(pk)",
    }


def append_signal(
    table: str, order_id: str, signal: Signal, *, now: int, next_check_at: int
) -> dict[str, Any]:
    """Append a signal to the inbox if the order admits it. A refusal returns the current item."""
    stages = {f":stage{i}": stage for i, stage in enumerate(sorted(signal.rule.stages))}
    conditions = [
        f"#stage IN ({', '.join(stages)})",
        "(attribute_not_exists(signal_ids) OR NOT contains(signal_ids, :id))",
        "size(inbox) < :room",
    ]
    values: dict[str, object] = {**stages, ":id": signal.signal_id, ":room": signal.rule.places}
    sets = [
        "inbox = list_append(inbox, :entry)",
        "next_check_at = if_not_exists(signal_check_at, :check)",
        "signal_check_at = if_not_exists(signal_check_at, :check)",
        "open_shard = :urgent",
        "updated_at = :now",
        "#sequence = #sequence + :one",
    ]
    values |= {":entry": [signal_record(signal)], ":check": next_check_at, ":now": now, ":one": 1}
    values[":urgent"] = open_shard(order_id, only_waits=False)
    if signal.rule.closes_at_deadline:
        conditions.append("(attribute_not_exists(approval_deadline) OR approval_deadline > :now)")
    if signal.kind is SignalKind.CANCEL_ORDER:
        sets.append("cancel_requested_at = if_not_exists(cancel_requested_at, :now)")
    return {
        "TableName": table,
        "Key": to_item(order_key(order_id)),
        "UpdateExpression": f"SET {', '.join(sets)} ADD signal_ids :ids",
        "ConditionExpression": " AND ".join(conditions),
        "ExpressionAttributeNames": {"#stage": "stage", "#sequence": "sequence"},
        "ExpressionAttributeValues": _with_set(values, signal.signal_id),
        "ReturnValues": "ALL_NEW",
        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
    }


def _with_set(values: Mapping[str, object], signal_id: str) -> dict[str, Any]:
    encoded = {name: to_attribute(value) for name, value in values.items()}
    return {**encoded, ":ids": {"SS": [signal_id]}}
