"""Signals that are refused: for the order's stage, for a full inbox, for what they say."""

from typing import Any

import pytest

from lambdas.domain.record.signals import MAX_SIGNALS, SignalKind
from lambdas.domain.record.stages import ENDS, Stage
from tests.support.api_caller import ApiCaller
from tests.support.builders import a_signal, an_order_id
from tests.support.world import World
from tests.unit.api.signals.sending import BODIES, KINDS, SENDERS, send

ENDING = ("decline-payment", "cancel-order")
NO_REASONS: tuple[object, ...] = ("", "  ", "x" * 201, "two\nlines", 5, "\ud800")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("stage", sorted(ENDS))
def test_an_ended_order_refuses_with_its_stage(
    api: ApiCaller, world: World, kind: str, stage: Stage
) -> None:
    answer = send(api, world.place(stage), kind)

    assert answer.status == 409
    assert answer.json["stage"] == stage
    assert stage in answer.json["detail"]


@pytest.mark.parametrize("kind", ["approve-payment", "decline-payment", "add-line-item"])
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
        ("decline-payment", {}, "reason"),
        ("decline-payment", {"reason": "a", "revision": 1}, "revision"),
        *((kind, {"reason": reason}, "reason") for kind in ENDING for reason in NO_REASONS),
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


@pytest.mark.parametrize(
    "key", ["with space", "a/b", "a#b", "k" * 129, "ü", "50%", ".", "..", "../x"]
)
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


@pytest.mark.parametrize("kind", KINDS)
def test_a_signal_for_no_order_is_not_found(api: ApiCaller, kind: str) -> None:
    path = f"/orders/{an_order_id()}/signals/{kind}"

    assert api.post(path, BODIES[kind], SENDERS[kind]).status == 404
