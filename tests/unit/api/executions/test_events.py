"""GET /ops/events."""

from lambdas.domain.errors import EventsUnavailable
from lambdas.domain.record.changes import Event
from tests.support.api_caller import OPERATOR, ApiCaller
from tests.support.builders import an_order
from tests.support.world import World


def publish(world: World) -> str:
    """Publish one event; returns its order's id."""
    order = an_order()
    event = Event(number=1, at=0, kind="stock-reserved", stage="reserve", detail={"units": 2})
    world.events.publish(order, [event])
    return order.order_id


def test_an_operator_reads_the_events_of_all_orders_or_of_one(api: ApiCaller, world: World) -> None:
    first, second = publish(world), publish(world)

    every = api.get("/ops/events", claims=OPERATOR).json["events"]
    one = api.get(f"/ops/events?order_id={second}&minutes=1", claims=OPERATOR).json["events"]

    assert [event["order_id"] for event in every] == [first, second]
    assert [event["detail"] for event in one] == [{"units": 2}]
    now = world.clock.now()
    assert world.events.reads == [now - 3_600_000, now - 60_000]


def test_pages_follow_each_other(api: ApiCaller, world: World) -> None:
    first, second = publish(world), publish(world)

    page = api.get("/ops/events?limit=1", claims=OPERATOR).json
    rest = api.get(f"/ops/events?limit=1&cursor={page['next_cursor']}", claims=OPERATOR).json

    assert [page["events"][0]["order_id"], rest["events"][0]["order_id"]] == [first, second]
    assert rest["next_cursor"] is None


def test_a_log_that_does_not_answer_is_a_503(api: ApiCaller, world: World) -> None:
    world.events.failures = [EventsUnavailable("away")]

    assert api.get("/ops/events", claims=OPERATOR).status == 503
