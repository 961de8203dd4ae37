"""Signals over HTTP: who may send which, what is answered when, and every refusal."""

from dataclasses import replace
from typing import Any

import pytest

from lambdas.domain.order import Order
from lambdas.domain.signals import MAX_SIGNALS, SignalKind
from lambdas.domain.stages import ENDS, Stage
from lambdas.ulid import is_ulid
from tests.support.api_caller import (
    ALICE,
    APPROVER,
    BOB,
    OPERATOR,
    SHOP,
    Answer,
    ApiCaller,
    a_machine,
    a_person,
)
from tests.support.builders import a_signal, an_order_id
from tests.support.world import TOKEN, World

BODIES: dict[str, dict[str, Any]] = {
    "approve-payment": {"revision": 1},
    "cancel-order": {"reason": "changed my mind"},
    "add-line-item": {"sku": "MUG-RED", "quantity": 2},
}
SENDERS = {"approve-payment": APPROVER, "cancel-order": ALICE, "add-line-item": ALICE}
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
    assert accepted.actor == SENDERS[kind]["username"]
    assert accepted.at == world.clock.now()
    assert world.engine.rung == [TOKEN]


@pytest.mark.parametrize("kind", KINDS)
def test_a_signal_without_a_key_gets_an_id(api: ApiCaller, world: World, kind: str) -> None:
    answer = send(api, world.place(), kind)

    assert is_ulid(answer.json["signal_id"])


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_signal_again_gets_the_same_answer(
    api: ApiCaller, world: World, kind: str
) -> None:
    order = world.place()

    first, second = send(api, order, kind, key="one"), send(api, order, kind, key="one")

    assert (first.status, second.status) == (202, 202)
    assert second.json == first.json
    assert len(world.now(order).inbox) == 1


@pytest.mark.parametrize("kind", KINDS)
def test_a_repeated_signal_is_answered_even_when_the_order_has_ended(
    api: ApiCaller, world: World, kind: str
) -> None:
    order = world.place()
    send(api, order, kind, key="one")
    world.clock.advance(1000)
    settle(world, order)
    ended = replace(world.now(order), stage=Stage.FAILED)
    world.store.put(ended)
    world.inventory.shelves.clear()

    again = send(api, order, kind, key="one")

    assert again.status == 202
    assert again.json["outcome"] == "applied"


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


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("stage", sorted(ENDS))
def test_an_order_that_has_ended_refuses_and_tells_its_stage(
    api: ApiCaller, world: World, kind: str, stage: Stage
) -> None:
    answer = send(api, world.place(stage), kind)

    assert answer.status == 409
    assert answer.json["stage"] == stage
    assert stage in answer.json["detail"]


@pytest.mark.parametrize("kind", ["approve-payment", "add-line-item"])
def test_after_the_deadline_only_a_cancel_is_accepted(
    api: ApiCaller, world: World, kind: str
) -> None:
    order = world.place()
    world.clock.advance(900)

    late = send(api, order, kind)

    assert (late.status, late.json["stage"]) == (409, "awaiting-approval")
    assert send(api, order, "cancel-order").status == 202


def test_a_full_inbox_takes_no_more(api: ApiCaller, world: World) -> None:
    signals = tuple(a_signal(SignalKind.ADD_LINE_ITEM) for _ in range(MAX_SIGNALS))
    order = world.place(inbox=signals)

    answer = send(api, order, "add-line-item")

    assert answer.status == 429
    assert str(MAX_SIGNALS) in answer.json["detail"]


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


def test_with_prefer_wait_an_outcome_that_does_not_come_is_not_waited_for_longer(
    api: ApiCaller, world: World
) -> None:
    answer = send(api, world.place(), "cancel-order", prefer="wait=3")

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
    ],
)
def test_the_wait_is_capped_and_found_among_other_preferences(
    api: ApiCaller, world: World, prefer: str, applied: int
) -> None:
    answer = send(api, world.place(), "cancel-order", prefer=prefer)

    assert answer.headers["preference-applied"] == f"wait={applied}"
    assert sum(world.clock.slept) == applied


@pytest.mark.parametrize(
    "prefer", ["wait=soon", "wait=-1", "await=5", "return=minimal", "wait=1.5"]
)
def test_a_preference_that_is_none_is_ignored(api: ApiCaller, world: World, prefer: str) -> None:
    answer = send(api, world.place(), "cancel-order", prefer=prefer)

    assert answer.status == 202
    assert "preference-applied" not in answer.headers
    assert world.clock.slept == []


def test_nobody_approves_an_order_that_they_placed(api: ApiCaller, world: World) -> None:
    order = world.place(customer_id="bob", requested_by="approver1")

    answer = send(api, order, "approve-payment", APPROVER)

    assert answer.status == 403
    assert world.now(order).inbox == ()


def test_nobody_approves_an_order_that_is_placed_for_them(api: ApiCaller, world: World) -> None:
    both = a_person("alice", "customer", "approver")

    assert send(api, world.place(), "approve-payment", both).status == 403


def test_a_machine_client_does_not_approve_what_it_placed(api: ApiCaller, world: World) -> None:
    order = world.place(requested_by="client:shop")

    assert send(api, order, "approve-payment", a_machine("orders/approver")).status == 403


@pytest.mark.parametrize("kind", ["cancel-order", "add-line-item"])
def test_another_customers_order_cannot_be_signalled_nor_known(
    api: ApiCaller, world: World, kind: str
) -> None:
    answer = send(api, world.place(), kind, BOB)

    assert answer.status == 404
    assert "stage" not in answer.json


def test_an_operator_cancels_any_order_but_adds_nothing(api: ApiCaller, world: World) -> None:
    order = world.place()

    assert send(api, order, "add-line-item", OPERATOR).status == 403
    assert send(api, order, "cancel-order", OPERATOR).status == 202


def test_who_may_read_an_order_may_not_therefore_change_it(api: ApiCaller, world: World) -> None:
    customer_and_approver = a_person("bob", "customer", "approver")

    for kind in ("cancel-order", "add-line-item"):
        assert send(api, world.place(), kind, customer_and_approver).status == 403


@pytest.mark.parametrize("kind", ["cancel-order", "add-line-item"])
def test_a_machine_client_acts_for_the_customer(api: ApiCaller, world: World, kind: str) -> None:
    assert send(api, world.place(), kind, SHOP).status == 202


def test_an_unknown_sku_is_refused_at_once(api: ApiCaller, world: World) -> None:
    order = world.place()

    answer = send(api, order, "add-line-item", body={"sku": "NO-SUCH", "quantity": 1})

    assert answer.status == 422
    assert "NO-SUCH" in answer.json["detail"]
    assert world.now(order).inbox == ()


@pytest.mark.parametrize(
    ("kind", "body", "field"),
    [
        ("approve-payment", {}, "revision"),
        ("approve-payment", {"revision": "1"}, "revision"),
        ("approve-payment", {"revision": True}, "revision"),
        ("approve-payment", {"revision": 1.0}, "revision"),
        ("approve-payment", {"revision": 0}, "revision"),
        ("approve-payment", {"revision": int("9" * 39)}, "revision"),
        ("approve-payment", {"revision": 1, "approved_by": "me"}, "approved_by"),
        ("cancel-order", {"reason": ""}, "reason"),
        ("cancel-order", {"reason": "  "}, "reason"),
        ("cancel-order", {"reason": "x" * 201}, "reason"),
        ("cancel-order", {"reason": "two\nlines"}, "reason"),
        ("cancel-order", {"reason": 5}, "reason"),
        ("cancel-order", {"reason": "\ud800"}, "reason"),
        ("add-line-item", {"sku": "MUG RED", "quantity": 1}, "sku"),
        ("add-line-item", {"sku": "MUG-RED"}, "quantity"),
        ("add-line-item", {"sku": "MUG-RED", "quantity": 1000}, "quantity"),
    ],
)
def test_a_field_that_is_wrong_is_named(
    api: ApiCaller, world: World, kind: str, body: dict[str, Any], field: str
) -> None:
    answer = send(api, world.place(), kind, body=body)

    assert answer.status == 422
    assert [error["field"] for error in answer.json["errors"]] == [field]


@pytest.mark.parametrize("key", ["with space", "a/b", "a#b", "k" * 129, "ü", "50%"])
def test_a_signal_id_that_no_address_could_hold_is_malformed(
    api: ApiCaller, world: World, key: str
) -> None:
    answer = send(api, world.place(), "cancel-order", key=key)

    assert answer.status == 400
    assert "Idempotency-Key" in answer.json["detail"]


def test_a_body_over_two_kilobytes_is_too_large(api: ApiCaller, world: World) -> None:
    answer = send(api, world.place(), "cancel-order", body={"reason": "x" * 2048})

    assert answer.status == 413
    assert "2048" in answer.json["detail"]


@pytest.mark.parametrize("claims", [ALICE, APPROVER, OPERATOR, SHOP])
def test_a_signal_is_read_with_what_it_asked_for_and_its_outcome(
    api: ApiCaller, world: World, claims: Any
) -> None:
    order = world.place()
    send(api, order, "add-line-item", key="more.mugs:1")
    settle(world, order, "rejected: insufficient stock")

    answer = api.get(f"/orders/{order.order_id}/signals/more.mugs:1", claims)

    assert answer.json == {
        "order_id": order.order_id,
        "signal_id": "more.mugs:1",
        "kind": "add-line-item",
        "outcome": "rejected: insufficient stock",
        "accepted_at": "2026-01-01T00:00:00.000Z",
        "revision": None,
        "sku": "MUG-RED",
        "quantity": 2,
        "reason": None,
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


@pytest.mark.parametrize("kind", KINDS)
def test_a_signal_for_no_order_is_not_found(api: ApiCaller, kind: str) -> None:
    path = f"/orders/{an_order_id()}/signals/{kind}"

    assert api.post(path, BODIES[kind], SENDERS[kind]).status == 404


def test_a_lost_doorbell_does_not_lose_the_signal(api: ApiCaller, world: World) -> None:
    order = world.place(wait_token=TOKEN)
    world.engine.unavailable = True

    assert send(api, order, "approve-payment").status == 202
    assert len(world.now(order).inbox) == 1


def test_a_heartbeat_extends_the_wait(api: ApiCaller, world: World) -> None:
    order = world.place(wait_token=TOKEN)

    answer = api.post(f"/orders/{order.order_id}/heartbeat", claims=APPROVER)

    assert (answer.status, answer.text) == (204, "")
    assert world.engine.extended == [TOKEN]


def test_a_heartbeat_reaches_the_engine_once_a_minute_at_most(api: ApiCaller, world: World) -> None:
    order = world.place(wait_token=TOKEN)
    for _ in range(5):
        assert api.post(f"/orders/{order.order_id}/heartbeat", claims=APPROVER).status == 204

    assert world.engine.extended == [TOKEN]


def test_an_order_that_does_not_wait_refuses_a_heartbeat(api: ApiCaller, world: World) -> None:
    order = world.place(Stage.PAYMENT)

    answer = api.post(f"/orders/{order.order_id}/heartbeat", claims=APPROVER)

    assert (answer.status, answer.json["stage"]) == (409, "payment")
