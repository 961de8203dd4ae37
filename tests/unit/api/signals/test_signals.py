"""Signals over HTTP: accepted once and durably, read with or without waiting for their outcome."""

from dataclasses import replace
from typing import Any

import pytest

from lambdas.domain.record.stages import Stage
from lambdas.ulid import is_ulid
from tests.support.api_caller import ALICE, APPROVER, BOB, OPERATOR, SHOP, ApiCaller
from tests.support.world import TOKEN, World
from tests.unit.api.signals.sending import KINDS, SENDERS, send, settle


@pytest.mark.parametrize("kind", KINDS)
def test_a_signal_is_accepted_durably_and_the_execution_is_rung(
    api: ApiCaller, world: World, kind: str
) -> None:
    order = world.place(wait_token=TOKEN)

    answer = send(api, order, kind, key="signal-1")

    assert answer.status == 202
    assert answer.json == {
        "order_id": order.order_id,
        "signal_id": "signal-1",
        "kind": kind,
        "outcome": None,
    }
    [accepted] = world.now(order).inbox
    assert (accepted.signal_id, accepted.kind) == ("signal-1", kind)
    assert accepted.actor == SENDERS[kind]["sub"]
    assert accepted.actor_name == SENDERS[kind]["username"]
    assert accepted.at == world.clock.now()
    assert world.engine.rung == [TOKEN]


@pytest.mark.parametrize("kind", KINDS)
def test_a_signal_without_a_key_gets_an_id(api: ApiCaller, world: World, kind: str) -> None:
    answer = send(api, world.place(), kind)

    assert is_ulid(answer.json["signal_id"])


@pytest.mark.parametrize("kind", KINDS)
def test_a_repeated_signal_gets_the_same_answer_even_when_the_order_has_ended(
    api: ApiCaller, world: World, kind: str
) -> None:
    order = world.place()
    first, second = send(api, order, kind, key="one"), send(api, order, kind, key="one")
    world.clock.advance(1000)
    settle(world, order)
    world.store.put(replace(world.now(order), stage=Stage.FAILED))
    world.inventory.by_sku.clear()

    again = send(api, order, kind, key="one")

    assert (first.status, second.status, second.json) == (202, 202, first.json)
    assert (again.status, again.json["outcome"]) == (202, "applied")
    assert len(world.now(order).inbox) == 1


@pytest.mark.parametrize(
    ("kind", "other"),
    [
        ("approve-payment", {"revision": 2}),
        ("cancel-order", {"reason": "too late"}),
        ("add-line-item", {"sku": "MUG-RED", "quantity": 3}),
    ],
)
def test_the_same_key_for_another_signal_is_refused(
    api: ApiCaller, world: World, kind: str, other: dict[str, Any]
) -> None:
    order = world.place()
    send(api, order, kind, key="one")

    answer = send(api, order, kind, key="one", body=other)

    assert answer.status == 422
    assert answer.json["type"].endswith("idempotency-mismatch")


@pytest.mark.parametrize("claims", [ALICE, APPROVER, OPERATOR, SHOP])
def test_a_signal_is_read_with_what_it_asked_for_and_its_outcome(
    api: ApiCaller, world: World, claims: Any
) -> None:
    order = world.place()
    send(api, order, "add-line-item", key="more.mugs:1")
    settle(world, order, "rejected: insufficient stock")

    answer = api.get(f"/orders/{order.order_id}/signals/more.mugs:1", claims)

    assert {name: value for name, value in answer.json.items() if value is not None} == {
        "order_id": order.order_id,
        "signal_id": "more.mugs:1",
        "kind": "add-line-item",
        "outcome": "rejected: insufficient stock",
        "accepted_at": "2026-01-01T00:00:00.000Z",
        **({} if claims is SHOP else {"actor": "alice"}),
        "sku": "MUG-RED",
        "quantity": 2,
    }


def test_a_signal_that_was_never_sent_is_not_found(api: ApiCaller, world: World) -> None:
    order = world.place()

    answer = api.get(f"/orders/{order.order_id}/signals/nothing")

    assert answer.status == 404
    assert answer.json["type"].endswith("signal-not-found")


def test_a_signal_of_another_customers_order_is_not_found(api: ApiCaller, world: World) -> None:
    order = world.place()
    send(api, order, "cancel-order", key="one")

    assert api.get(f"/orders/{order.order_id}/signals/one", BOB).status == 404


def test_a_heartbeat_extends_the_wait(api: ApiCaller, world: World) -> None:
    order = world.place(wait_token=TOKEN)

    answer = api.post(f"/orders/{order.order_id}/heartbeat", claims=APPROVER)

    assert (answer.status, answer.text) == (204, "")
    assert world.engine.extended == [TOKEN]


def test_with_prefer_wait_the_outcome_is_answered_once_it_is_there(
    api: ApiCaller, world: World
) -> None:
    order = world.place()
    world.clock.during_sleep = lambda: settle(world, order, "stale")

    answer = send(api, order, "approve-payment", prefer="wait=5")

    assert answer.status == 200
    assert answer.json["outcome"] == "stale"
    assert answer.headers["preference-applied"] == "wait=5"
    assert len(world.clock.slept) == 1


@pytest.mark.parametrize("name", ["decline-payment", "cancel-order", "add-line-item"])
def test_with_prefer_wait_an_outcome_that_does_not_come_is_not_waited_for_longer(
    api: ApiCaller, world: World, name: str
) -> None:
    answer = send(api, world.place(), name, prefer="wait=3")

    assert answer.status == 202
    assert answer.json["outcome"] is None
    assert sum(world.clock.slept) == 3


@pytest.mark.parametrize(
    ("prefer", "applied"),
    [
        ("wait=60", 10),
        ("wait=0", 0),
        ("respond-async, wait=2", 2),
        ("Wait = 1; x=y", 1),
        ('wait="5"', 5),
        ("wait=2, wait=9", 2),
        ('x="wait=9, y", wait=3', 3),
        (f"{'x' * 4000}, wait=4", 4),
        *((other, None) for other in ("wait=soon", "wait=-1", "wait=1.5", "foo; wait=5")),
        *((other, None) for other in ("await=5", "return=minimal")),
    ],
)
def test_the_wait_is_capped_and_found_among_other_preferences(
    api: ApiCaller, world: World, prefer: str, applied: int | None
) -> None:
    answer = send(api, world.place(), "cancel-order", prefer=prefer)

    shown = None if applied is None else f"wait={applied}"
    assert (answer.status, answer.headers.get("preference-applied")) == (202, shown)
    assert sum(world.clock.slept) == (applied or 0)
