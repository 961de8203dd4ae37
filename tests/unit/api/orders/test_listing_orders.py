"""GET /orders: who lists whose orders, page by page, and which parameters are refused."""

from dataclasses import replace
from typing import Any

import pytest

from lambdas.domain.record.ledger import Effect, EffectState
from lambdas.domain.record.order import Order
from lambdas.domain.record.stages import Stage
from tests.support.api_caller import ALICE, APPROVER, OPERATOR, SHOP, ApiCaller
from tests.support.builders import an_order
from tests.support.world import World

AN_INTENT = Effect(key="k", state=EffectState.INTENT, at=1, amount_minor=1200)


def listed(api: ApiCaller, query: str, claims: Any = OPERATOR) -> list[str]:
    answer = api.get(f"/orders{query}", claims)
    assert answer.status == 200
    return [order["order_id"] for order in answer.json["orders"]]


def placed(world: World, *stages_and_owners: tuple[Stage, str]) -> list[Order]:
    orders = [
        an_order(stage, customer_id=owner, requested_by=owner) for stage, owner in stages_and_owners
    ]
    world.store.put(*orders)
    return orders


def test_customers_list_their_own_orders_newest_first(api: ApiCaller, world: World) -> None:
    first, _, third = placed(
        world, (Stage.START, "alice"), (Stage.START, "bob"), (Stage.FAILED, "alice")
    )

    assert listed(api, "", ALICE) == [third.order_id, first.order_id]
    assert listed(api, "?customer_id=alice", ALICE) == [third.order_id, first.order_id]


def test_a_list_shows_the_orders_of_one_outcome(api: ApiCaller, world: World) -> None:
    _, failed = placed(world, (Stage.CANCELLED, "alice"), (Stage.FAILED, "alice"))

    assert listed(api, "?outcome=rejected") == [failed.order_id]
    assert listed(api, "?outcome=declined") == []
    assert api.get("/orders?outcome=lost", OPERATOR).status == 422


def test_operators_list_the_orders_with_a_debt_or_a_dispute(api: ApiCaller, world: World) -> None:
    owed, disputed, bobs, _ = placed(
        world,
        *((Stage.CANCELLED, "alice"), (Stage.COMPLETED, "alice")),
        *((Stage.FAILED, "bob"), (Stage.FAILED, "alice")),
    )
    world.store.put(*(order.with_effect("debt", AN_INTENT) for order in (owed, bobs)))
    world.store.put(disputed.with_effect("dispute-2", AN_INTENT))
    lost = replace(AN_INTENT, state=EffectState.DONE)
    world.store.put(world.place(Stage.COMPLETED).with_effect("dispute", lost))

    assert set(listed(api, "?problem=debt")) == {owed.order_id, bobs.order_id}
    assert listed(api, "?problem=dispute") == [disputed.order_id]
    assert listed(api, "?problem=debt&customer_id=alice") == [owed.order_id]
    assert listed(api, "?problem=debt&stage=failed") == [bobs.order_id]
    assert listed(api, "?problem=debt&outcome=cancelled") == [owed.order_id]
    assert api.get("/orders?problem=lost", OPERATOR).status == 422
    assert api.get("/orders?problem=debt&cursor=none", OPERATOR).status == 422


@pytest.mark.parametrize("claims", [ALICE, APPROVER, SHOP])
def test_only_operators_list_orders_by_problem(api: ApiCaller, claims: Any) -> None:
    assert api.get("/orders?problem=debt", claims).status == 403


def test_customers_cannot_list_the_orders_of_others(api: ApiCaller) -> None:
    assert api.get("/orders?customer_id=bob", ALICE).status == 403


@pytest.mark.parametrize("claims", [APPROVER, OPERATOR, SHOP])
def test_the_staff_list_all_orders_or_those_of_one_customer(
    api: ApiCaller, world: World, claims: Any
) -> None:
    alices, bobs = placed(world, (Stage.START, "alice"), (Stage.START, "bob"))

    assert listed(api, "", claims) == [bobs.order_id, alices.order_id]
    assert listed(api, "?customer_id=alice", claims) == [alices.order_id]


def test_orders_are_listed_by_stage(api: ApiCaller, world: World) -> None:
    _, failed = placed(world, (Stage.START, "alice"), (Stage.FAILED, "bob"))

    assert listed(api, "?stage=failed") == [failed.order_id]


def test_the_cursor_walks_through_all_orders_once(api: ApiCaller, world: World) -> None:
    orders = placed(world, *[(Stage.START, "alice")] * 5)
    seen: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        answer = api.get(f"/orders?limit=2{cursor and '&cursor=' + cursor}", ALICE)
        seen += [order["order_id"] for order in answer.json["orders"]]
        cursor = answer.json["next_cursor"]

    assert seen == [order.order_id for order in reversed(orders)]


def test_a_page_has_twenty_orders_by_default(api: ApiCaller, world: World) -> None:
    placed(world, *[(Stage.START, "alice")] * 21)

    assert len(listed(api, "", ALICE)) == 20
    assert len(listed(api, "?limit=100", ALICE)) == 21


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("?limit=0", "limit"),
        ("?limit=101", "limit"),
        ("?limit=many", "limit"),
        ("?stage=done", "stage"),
        ("?customer_id=a%23b", "customer_id"),
        ("?state=failed", "state"),
    ],
)
def test_a_parameter_that_is_wrong_or_unknown_is_named(
    api: ApiCaller, query: str, field: str
) -> None:
    answer = api.get(f"/orders{query}", OPERATOR)

    assert answer.status == 422
    assert [error["field"] for error in answer.json["errors"]] == [field]


def test_a_cursor_that_no_list_returned_is_refused(api: ApiCaller) -> None:
    assert api.get("/orders?cursor=zzz", OPERATOR).status == 422


@pytest.mark.parametrize("path", ["/orders", "/stages"])
def test_a_customer_id_keeps_to_the_characters_that_are_described(
    api: ApiCaller, path: str
) -> None:
    assert api.get(f"{path}?customer_id=zo.e@x", OPERATOR).status == 200
    assert api.get(f"{path}?customer_id=zo\u00eb", OPERATOR).status == 422
