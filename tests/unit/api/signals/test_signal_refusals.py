"""Signals that are refused: for the order's stage, a full inbox, their fields, their sender."""

from typing import Any

import pytest

from lambdas.domain.record.stages import Stage
from tests.support.api_caller import (
    APPROVER,
    BOB,
    OPERATOR,
    SHOP,
    ApiCaller,
    Claims,
    a_machine,
    a_person,
)
from tests.support.builders import an_order_id
from tests.support.world import World
from tests.unit.api.signals.sending import BODIES, KINDS, SENDERS, send

READER = a_person("bob", "customer", "approver")
ENDING = ("decline-payment", "cancel-order")
NO_REASONS: tuple[object, ...] = ("", "  ", "x" * 201, "two\nlines", 5, "\ud800")


@pytest.mark.parametrize("kind", KINDS)
def test_after_the_deadline_only_a_cancel_is_accepted_and_after_the_end_nothing(
    api: ApiCaller, world: World, kind: str
) -> None:
    order = world.place()
    world.clock.advance(900)
    late, ended = send(api, order, kind), send(api, world.place(Stage.FAILED), kind)

    refused = (409, "awaiting-approval")
    assert (late.status, late.json.get("stage")) == (
        (202, None) if kind == "cancel-order" else refused
    )
    assert (ended.status, ended.json["stage"]) == (409, "failed")


def test_an_unknown_sku_is_refused_at_once(api: ApiCaller, world: World) -> None:
    order = world.place()

    answer = send(api, order, "add-line-item", body={"sku": "NO-SUCH", "quantity": 1})

    assert answer.status == 422
    assert answer.json["detail"] == "Unknown SKU: NO-SUCH."
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
def test_an_invalid_field_is_named(
    api: ApiCaller, world: World, kind: str, body: dict[str, Any], field: str
) -> None:
    answer = send(api, world.place(), kind, body=body)

    assert answer.status == 422
    assert [error["field"] for error in answer.json["errors"]] == [field]


@pytest.mark.parametrize(
    "key", ["with space", "a/b", "a#b", "k" * 129, "ü", "50%", ".", "..", "../x"]
)
def test_a_signal_id_that_is_invalid_in_a_path_is_malformed(
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
def test_a_signal_to_an_unknown_order_is_not_found(api: ApiCaller, kind: str) -> None:
    path = f"/orders/{an_order_id()}/signals/{kind}"

    assert api.post(path, BODIES[kind], SENDERS[kind]).status == 404


@pytest.mark.parametrize(
    ("approver", "order"),
    [
        (APPROVER, {"customer_id": "bob", "requested_by": "sub-approver1"}),
        (a_person("alice", "customer", "approver"), {}),
        (a_machine("orders/approver"), {"requested_by": "client:shop"}),
    ],
    ids=["requester", "customer", "machine client"],
)
def test_the_requester_cannot_approve_the_order(
    api: ApiCaller, world: World, approver: Claims, order: dict[str, Any]
) -> None:
    placed = world.place(**order)

    assert send(api, placed, "approve-payment", approver).status == 403
    assert world.now(placed).inbox == ()


def test_an_approver_declines_even_an_order_that_they_placed(api: ApiCaller, world: World) -> None:
    order = world.place(requested_by="sub-approver1")

    assert send(api, order, "decline-payment", APPROVER).status == 202
    assert [(signal.actor, signal.reason) for signal in world.now(order).inbox] == [
        ("sub-approver1", "over budget")
    ]


@pytest.mark.parametrize("kind", ["cancel-order", "add-line-item"])
def test_a_signal_to_another_customers_order_is_not_found(
    api: ApiCaller, world: World, kind: str
) -> None:
    answer = send(api, world.place(), kind, BOB)

    assert answer.status == 404
    assert "stage" not in answer.json


@pytest.mark.parametrize(
    ("claims", "kind", "refusal"),
    [
        (OPERATOR, "cancel-order", None),
        (
            OPERATOR,
            "add-line-item",
            "You need the role customer to add units of a SKU to an order.",
        ),
        (READER, "cancel-order", "Only the order's customer may do this."),
        (READER, "add-line-item", "Only the order's customer may do this."),
        (SHOP, "cancel-order", None),
        (SHOP, "add-line-item", None),
    ],
)
def test_only_the_customer_changes_an_order_and_an_operator_cancels_it(
    api: ApiCaller, world: World, claims: Claims, kind: str, refusal: str | None
) -> None:
    answer = send(api, world.place(), kind, claims)

    assert answer.status == (403 if refusal else 202)
    assert answer.json.get("detail", "").startswith(refusal or "")
