"""Who may send which signal, and who may not even know of the order."""

import pytest

from tests.support.api_caller import (
    APPROVER,
    BOB,
    OPERATOR,
    SHOP,
    ApiCaller,
    a_machine,
    a_person,
)
from tests.support.world import World
from tests.unit.api.signals.sending import send


def test_the_caller_who_placed_an_order_cannot_approve_it(api: ApiCaller, world: World) -> None:
    order = world.place(customer_id="bob", requested_by="sub-approver1")

    answer = send(api, order, "approve-payment", APPROVER)

    assert answer.status == 403
    assert world.now(order).inbox == ()


def test_the_customer_of_an_order_cannot_approve_it(api: ApiCaller, world: World) -> None:
    both = a_person("alice", "customer", "approver")

    assert send(api, world.place(), "approve-payment", both).status == 403


def test_a_machine_client_does_not_approve_what_it_placed(api: ApiCaller, world: World) -> None:
    order = world.place(requested_by="client:shop")

    assert send(api, order, "approve-payment", a_machine("orders/approver")).status == 403


def test_an_approver_declines_even_an_order_that_they_placed(api: ApiCaller, world: World) -> None:
    order = world.place(requested_by="sub-approver1")

    assert send(api, order, "decline-payment", APPROVER).status == 202
    assert [(one.actor, one.reason) for one in world.now(order).inbox] == [
        ("sub-approver1", "over budget")
    ]


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
