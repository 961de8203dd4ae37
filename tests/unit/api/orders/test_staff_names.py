"""Who sees the names of the people who decided about an order."""

from dataclasses import replace
from typing import Any

import pytest

from lambdas.domain.record.changes import Event
from lambdas.domain.record.order import Order
from lambdas.domain.record.signals import SignalKind
from lambdas.domain.record.stages import Stage
from tests.support.api_caller import ALICE, APPROVER, OPERATOR, SHOP, ApiCaller, Claims
from tests.support.builders import a_signal
from tests.support.fakes.fake_clock import NOW
from tests.support.world import World

STAFF = [APPROVER, OPERATOR]
OTHERS = [ALICE, SHOP]
SENT = {"signal_id": "S", "actor": "sub-1", "actor_name": "chief"}


def approved(world: World) -> Order:
    return _with_signal(world, Stage.COMPLETED, SignalKind.APPROVE_PAYMENT)


def _with_signal(world: World, stage: Stage, kind: SignalKind, **fields: Any) -> Order:
    signal = a_signal(kind, **SENT)
    return world.place(stage, inbox=(signal,), applied=1, outcomes={"S": "applied"}, **fields)


def read(api: ApiCaller, order: Order, claims: Claims, path: str = "") -> Any:
    return api.get(f"/orders/{order.order_id}{path}", claims).json


@pytest.mark.parametrize("claims", STAFF)
def test_staff_see_the_approver(api: ApiCaller, world: World, claims: Claims) -> None:
    order = approved(world)
    found, signals = read(api, order, claims), read(api, order, claims, "/signals")

    assert (found["approved_by"], found["ended_by"]) == (["chief"], None)
    assert {"approved_by", "ended_by"} <= {field["path"] for field in found["shown_fields"]}
    assert [signal["actor"] for signal in signals["signals"]] == ["chief"]


@pytest.mark.parametrize("claims", OTHERS)
def test_customers_see_no_names_of_staff(api: ApiCaller, world: World, claims: Claims) -> None:
    order = approved(world)
    world.store.put_event(order.order_id, an_event())

    answers = [read(api, order, claims, path) for path in ("", "/signals", "/timeline")]

    assert "chief" not in str(answers)
    assert not {"approved_by", "ended_by"} & {field["path"] for field in answers[0]["shown_fields"]}


@pytest.mark.parametrize(
    ("stage", "kind", "reason", "ended_by"),
    [
        (Stage.CANCELLED, SignalKind.DECLINE_PAYMENT, "declined: over budget", "chief"),
        (Stage.CANCELLED, SignalKind.CANCEL_ORDER, "cancelled: changed my mind", "chief"),
        (Stage.FAILED, SignalKind.CANCEL_ORDER, "PaymentDeclined: no", None),
    ],
    ids=["declined", "cancelled", "failed after a cancel was refused"],
)
def test_staff_see_the_actor_of_an_end(
    api: ApiCaller,
    world: World,
    stage: Stage,
    kind: SignalKind,
    reason: str,
    ended_by: str | None,
) -> None:
    order = _with_signal(world, stage, kind, last_error=reason)

    assert read(api, order, APPROVER)["ended_by"] == ended_by
    assert read(api, order, ALICE)["ended_by"] is None


def test_customers_see_that_they_cancelled_themselves(api: ApiCaller, world: World) -> None:
    order = _with_signal(world, Stage.CANCELLED, SignalKind.CANCEL_ORDER)
    mine = replace(order.inbox[0], actor=ALICE["sub"], actor_name="alice")
    world.store.put(replace(order, inbox=(mine,)))

    assert read(api, order, ALICE)["ended_by"] == "alice"


def test_the_events_of_signals_name_their_senders(api: ApiCaller, world: World) -> None:
    order = approved(world)
    other = Event(number=2, at=NOW, kind="order-completed", stage="completed")
    for event in (an_event(), other):
        world.store.put_event(order.order_id, event)

    actors = [event["actor"] for event in read(api, order, APPROVER, "/timeline")["events"]]

    assert actors == ["chief", None]


def test_the_etag_differs_with_what_the_caller_sees(api: ApiCaller, world: World) -> None:
    path = f"/orders/{approved(world).order_id}"

    assert api.get(path, ALICE).headers["etag"] != api.get(path, APPROVER).headers["etag"]


def an_event() -> Event:
    detail = {"signal_id": "S", "signal": "approve-payment", "outcome": "applied"}
    return Event(number=1, at=NOW, kind="signal-settled", stage="payment", detail=detail)
