"""Caps of open orders over HTTP."""

from lambdas.domain.record.usage import CustomerCaps
from tests.support.api_caller import BOB, ApiCaller
from tests.support.world import World
from tests.unit.api.orders.placing import start


def test_an_order_beyond_the_cap_is_refused_with_advice(api: ApiCaller, world: World) -> None:
    world.store.caps = CustomerCaps(orders=1, units=9)
    start(api, key="one")

    answer = start(api, key="two")

    assert answer.status == 429
    assert answer.json["type"].endswith("customer-cap-reached")
    assert answer.json["detail"] == (
        "The customer reached the limit of 1 open orders and 9 units in open orders."
    )
    assert answer.json["advice"] == "Wait until an open order ends, or cancel one."


def test_a_repeated_request_gets_its_order_at_the_cap(api: ApiCaller, world: World) -> None:
    world.store.caps = CustomerCaps(orders=1)
    first = start(api, key="one")

    again = start(api, key="one")

    assert (again.status, again.json["order_id"]) == (200, first.json["order_id"])


def test_another_customer_orders_all_the_same(api: ApiCaller, world: World) -> None:
    world.store.caps = CustomerCaps(orders=1)
    start(api, key="one")

    assert start(api, BOB, key="two").status == 201
