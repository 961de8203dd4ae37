"""What operators do over HTTP: takeover, abort, drain report, published events."""

import pytest

from lambdas.api.routes import operations
from lambdas.domain.executions import ExecutionStatus
from lambdas.domain.record.changes import CHECK_SOON_MS, Event
from lambdas.domain.record.stages import Stage
from tests.support.api_caller import OPERATOR, ApiCaller
from tests.support.builders import an_order
from tests.support.world import TOKEN, World


def test_an_operator_takes_a_hanging_order_over(api: ApiCaller, world: World) -> None:
    order = world.place(wait_token=TOKEN)

    answer = api.post(f"/ops/orders/{order.order_id}/compensate", claims=OPERATOR)

    assert answer.status == 202
    assert answer.json == {"order_id": order.order_id, "stage": "compensating", "epoch": 2}
    assert world.engine.started == [f"{order.order_id}-2"]
    assert world.now(order).last_error == "compensated by an operator"


ACTIONS = pytest.mark.parametrize("action", ["compensate", "abort"])


@ACTIONS
def test_an_order_that_has_ended_is_neither_taken_over_nor_aborted(
    api: ApiCaller, world: World, action: str
) -> None:
    order = world.place(Stage.COMPLETED)

    answer = api.post(f"/ops/orders/{order.order_id}/{action}", claims=OPERATOR)

    assert (answer.status, answer.json["stage"]) == (409, "completed")
    assert world.now(order) == order
    assert world.engine.running


def test_an_abort_stops_the_execution_and_leaves_the_order_to_the_janitor(
    api: ApiCaller, world: World
) -> None:
    order = world.place()

    before = world.store.reads

    answer = api.post(f"/ops/orders/{order.order_id}/abort", claims=OPERATOR)

    assert (answer.status, world.store.reads - before) == (202, 1)
    assert answer.json == {
        "order_id": order.order_id,
        "stage": "awaiting-approval",
        "epoch": 1,
        "stopped": True,
    }
    assert not world.engine.running
    after = world.now(order)
    assert after.stage is order.stage
    assert after.next_check_at == world.clock.now() + CHECK_SOON_MS
    assert world.deps.janitor.reconcile(order.order_id) == "taken-over"


def test_an_operator_resumes_an_order_once(api: ApiCaller, world: World) -> None:
    order = world.place()
    world.engine.end(order, ExecutionStatus.FAILED)

    first, again = (
        api.post(f"/ops/orders/{order.order_id}/resume", claims=OPERATOR) for _ in range(2)
    )

    shown = {"order_id": order.order_id, "stage": "awaiting-approval", "epoch": 2}
    assert (first.status, first.json) == (202, {**shown, "resumed": True})
    assert (again.status, again.json) == (200, {**shown, "resumed": False})


def test_an_abort_says_that_nothing_ran(api: ApiCaller, world: World) -> None:
    order = world.place()
    world.engine.running.clear()

    answer = api.post(f"/ops/orders/{order.order_id}/abort", claims=OPERATOR)

    assert (answer.status, answer.json["stopped"]) == (202, False)


def test_the_drain_report_counts_open_orders_and_executions_by_version(
    api: ApiCaller, world: World
) -> None:
    old = world.place(Stage.PAYMENT, version="v1")
    new = world.place(version="v2")
    world.place(version="v2")
    world.place(Stage.COMPLETED, version="v1")

    report = api.get("/ops/versions", OPERATOR).json

    assert report == {
        "default_workflow_version": "v2",
        "workflow_versions": [
            {
                "version": "v1",
                "status": "supported",
                "changes": [],
                "stages": {"payment": 1},
                "oldest_order_id": old.order_id,
            },
            {
                "version": "v2",
                "status": "current",
                "changes": ["parallel-enrichment"],
                "stages": {"awaiting-approval": 2},
                "oldest_order_id": new.order_id,
            },
        ],
        "open_orders": {"v1": 1, "v2": 2},
        "running_executions": {"1": 4},
        "complete": True,
    }


@pytest.mark.parametrize("second", [Stage.AWAITING_APPROVAL, Stage.COMPLETED])
def test_the_drain_report_says_when_it_did_not_count_all(
    api: ApiCaller, world: World, monkeypatch: pytest.MonkeyPatch, second: Stage
) -> None:
    """More orders are open than it counts, or only more executions run."""
    monkeypatch.setattr(operations, "COUNTED_AT_MOST", 1)
    world.place()
    world.place(second)

    report = api.get("/ops/versions", OPERATOR).json

    assert report["open_orders"] == {"v2": 1}
    assert report["complete"] is False


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


def test_pages_of_events_follow_each_other(api: ApiCaller, world: World) -> None:
    first, second = publish(world), publish(world)

    page = api.get("/ops/events?limit=1", claims=OPERATOR).json
    rest = api.get(f"/ops/events?limit=1&cursor={page['next_cursor']}", claims=OPERATOR).json

    assert [page["events"][0]["order_id"], rest["events"][0]["order_id"]] == [first, second]
    assert rest["next_cursor"] is None
