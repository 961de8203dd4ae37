"""Signals as callers send them over HTTP, and how the workflow settles them."""

from dataclasses import replace
from typing import Any

from lambdas.domain.record.order import Order
from lambdas.domain.record.signals import SignalKind
from tests.support.api_caller import ALICE, APPROVER, Answer, ApiCaller
from tests.support.builders import SIGNALS, fields_of
from tests.support.world import World

BODIES = {kind.value: fields_of(kind) for kind in SignalKind}
SENDERS = {
    kind.value: {"alice": ALICE, "approver1": APPROVER}[SIGNALS[kind]["actor"]]
    for kind in SignalKind
}
KINDS = sorted(BODIES)


def send(api: ApiCaller, order: Order, kind: str, claims: Any = None, **more: Any) -> Answer:
    body = more.pop("body", BODIES[kind])
    headers = more.pop("headers", {})
    if key := more.pop("key", None):
        headers["Idempotency-Key"] = key
    if prefer := more.pop("prefer", None):
        headers["Prefer"] = prefer
    path = f"/orders/{order.order_id}/signals/{kind}"
    return api.post(path, body, claims or SENDERS[kind], headers=headers, **more)


def settle(world: World, order: Order, outcome: str = "applied") -> None:
    """What the workflow does with the inbox, sooner or later."""
    current = world.now(order)
    outcomes = {signal.signal_id: outcome for signal in current.inbox}
    world.store.put(replace(current, outcomes=outcomes, applied=len(current.inbox)))
