"""How many orders stand where, over HTTP."""

import pytest

from lambdas.api.routes import stages
from lambdas.domain.record.stages import Stage
from tests.support.api_caller import ALICE, APPROVER, BOB, OPERATOR, ApiCaller, Claims
from tests.support.world import World


def counted(api: ApiCaller, claims: Claims, query: str = "") -> dict[str, int]:
    stages = api.get(f"/stages{query}", claims).json["stages"]
    return {one["stage"]: one["orders"] for one in stages if one["orders"]}


@pytest.fixture(autouse=True)
def orders(world: World) -> None:
    world.place()
    world.place(Stage.PAYMENT)
    world.place(Stage.PAYMENT, customer_id="bob")


@pytest.mark.parametrize("claims", [APPROVER, OPERATOR])
def test_staff_counts_all_orders(api: ApiCaller, claims: Claims) -> None:
    assert counted(api, claims) == {"awaiting-approval": 1, "payment": 2}


def test_customers_count_their_own(api: ApiCaller) -> None:
    assert counted(api, ALICE) == {"awaiting-approval": 1, "payment": 1}
    assert counted(api, BOB) == {"payment": 1}
    assert api.get("/stages?customer_id=alice", BOB).status == 403


def test_staff_counts_the_orders_of_one_customer(api: ApiCaller) -> None:
    assert counted(api, OPERATOR, "?customer_id=bob") == {"payment": 1}


def test_every_stage_of_an_order_is_named_in_order(api: ApiCaller) -> None:
    stages = [one["stage"] for one in api.get("/stages", OPERATOR).json["stages"]]

    assert stages == [stage.value for stage in Stage if stage is not Stage.NOTIFY]


@pytest.mark.parametrize("claims", [ALICE, OPERATOR])
def test_a_count_that_was_cut_says_so(
    api: ApiCaller, claims: Claims, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stages, "COUNTED_AT_MOST", 1)

    counts = {one["stage"]: one for one in api.get("/stages", claims).json["stages"]}

    assert counts["payment"]["exact"] is (claims is ALICE)
    assert counts["payment"]["orders"] == 1
    assert counts["awaiting-approval"] == {
        "stage": "awaiting-approval",
        "orders": 1,
        "exact": True,
    }
