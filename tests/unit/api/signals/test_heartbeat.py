"""Heartbeats of an approver who still looks: they extend the wait of an order."""

from lambdas.domain.record.stages import Stage
from tests.support.api_caller import APPROVER, ApiCaller
from tests.support.world import TOKEN, World


def test_a_heartbeat_extends_the_wait(api: ApiCaller, world: World) -> None:
    order = world.place(wait_token=TOKEN)

    answer = api.post(f"/orders/{order.order_id}/heartbeat", claims=APPROVER)

    assert (answer.status, answer.text) == (204, "")
    assert world.engine.extended == [TOKEN]


def test_an_order_that_does_not_wait_refuses_a_heartbeat(api: ApiCaller, world: World) -> None:
    order = world.place(Stage.PAYMENT)

    answer = api.post(f"/orders/{order.order_id}/heartbeat", claims=APPROVER)

    assert (answer.status, answer.json["stage"]) == (409, "payment")
