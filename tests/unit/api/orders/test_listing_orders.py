"""GET /orders and /stages: who lists and counts whose orders, and which parameters are refused."""

from dataclasses import replace
from typing import Any

import pytest

from lambdas.api.http.field_patterns import FORMS, USER_NAME
from lambdas.api.routes import stages
from lambdas.domain.record.ledger import Effect, EffectState
from lambdas.domain.record.order import Order
from lambdas.domain.record.stages import Stage
from tests.support.api_caller import ALICE, APPROVER, BOB, OPERATOR, SHOP, ApiCaller, Claims
from tests.support.builders import an_order, an_order_id
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


def test_a_list_shows_the_orders_of_one_stage_or_outcome(api: ApiCaller, world: World) -> None:
    _, failed = placed(world, (Stage.CANCELLED, "alice"), (Stage.FAILED, "alice"))

    assert listed(api, "?stage=failed") == [failed.order_id]
    assert listed(api, "?outcome=rejected") == [failed.order_id]
    assert listed(api, "?outcome=declined") == []


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


@pytest.mark.parametrize("claims", [APPROVER, OPERATOR, SHOP])
def test_the_staff_list_all_orders_or_those_of_one_customer(
    api: ApiCaller, world: World, claims: Any
) -> None:
    alices, bobs = placed(world, (Stage.START, "alice"), (Stage.START, "bob"))

    assert listed(api, "", claims) == [bobs.order_id, alices.order_id]
    assert listed(api, "?customer_id=alice", claims) == [alices.order_id]


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
    ("query", "field", "problem"),
    [
        ("?limit=0", "limit", "Must be at least 1"),
        ("?limit=101", "limit", "Must be at most 100"),
        ("?limit=many", "limit", "Must be a whole number that contains only digits"),
        ("?limit=1.0", "limit", "Must be a whole number that contains only digits"),
        ("?limit=1&limit=2", "limit", "Send it once"),
        ("?stage=done", "stage", "Must be 'start', "),
        ("?outcome=lost", "outcome", "Must be 'completed', "),
        ("?problem=lost", "problem", "Must be 'debt' or 'dispute'"),
        ("?customer_id=a%23b", "customer_id", f"Must be {FORMS[USER_NAME]}"),
        ("?customer_id=zo\u00eb", "customer_id", f"Must be {FORMS[USER_NAME]}"),
        ("?state=failed", "state", "Known parameters: cursor, customer_id, limit, outcome, "),
        (f"/{an_order_id()}?expand=items", "expand", "Known parameters: none"),
    ],
)
def test_an_invalid_or_unknown_parameter_is_named(
    api: ApiCaller, query: str, field: str, problem: str
) -> None:
    answer = api.get(f"/orders{query}", OPERATOR)

    [error] = answer.json["errors"]
    assert (answer.status, error["field"]) == (422, field)
    assert error["problem"].startswith(problem)


@pytest.mark.parametrize("query", ["cursor=zzz", "problem=debt&cursor=none"])
def test_a_cursor_that_no_list_returned_is_refused(api: ApiCaller, query: str) -> None:
    assert api.get(f"/orders?{query}", OPERATOR).status == 422


@pytest.mark.parametrize(
    ("claims", "path"),
    [
        *((claims, "/orders?problem=debt") for claims in (ALICE, APPROVER, SHOP)),
        (ALICE, "/orders?customer_id=bob"),
        (ALICE, "/stages?customer_id=bob"),
    ],
)
def test_customers_see_no_others_and_only_operators_see_problems(
    api: ApiCaller, claims: Claims, path: str
) -> None:
    assert api.get(path, claims).status == 403


def counted(api: ApiCaller, claims: Claims, query: str = "") -> dict[str, int]:
    stages = api.get(f"/stages{query}", claims).json["stages"]
    return {stage["stage"]: stage["orders"] for stage in stages if stage["orders"]}


@pytest.fixture
def counted_orders(world: World) -> None:
    world.place()
    world.place(Stage.PAYMENT)
    world.place(Stage.PAYMENT, customer_id="bob")


@pytest.mark.usefixtures("counted_orders")
@pytest.mark.parametrize(
    ("claims", "query", "expected"),
    [
        (APPROVER, "", {"awaiting-approval": 1, "payment": 2}),
        (OPERATOR, "", {"awaiting-approval": 1, "payment": 2}),
        (OPERATOR, "?customer_id=bob", {"payment": 1}),
        (ALICE, "", {"awaiting-approval": 1, "payment": 1}),
        (BOB, "", {"payment": 1}),
    ],
)
def test_staff_counts_all_orders_and_customers_their_own(
    api: ApiCaller, claims: Claims, query: str, expected: dict[str, int]
) -> None:
    assert counted(api, claims, query) == expected


def test_every_stage_of_an_order_is_named_in_order(api: ApiCaller) -> None:
    stages = [one["stage"] for one in api.get("/stages", OPERATOR).json["stages"]]

    assert stages == [stage.value for stage in Stage if stage is not Stage.NOTIFY]


@pytest.mark.usefixtures("counted_orders")
@pytest.mark.parametrize("claims", [ALICE, OPERATOR])
def test_a_count_that_was_cut_says_so(
    api: ApiCaller, claims: Claims, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stages, "COUNTED_AT_MOST", 1)

    counts = {stage["stage"]: stage for stage in api.get("/stages", claims).json["stages"]}

    assert counts["payment"]["exact"] is (claims is ALICE)
    assert counts["payment"]["orders"] == 1
    waiting = {"stage": "awaiting-approval", "orders": 1, "exact": True}
    assert counts["awaiting-approval"] == waiting
