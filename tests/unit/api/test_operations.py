"""What operators do over HTTP: history, takeover, health."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from lambdas.api.routes.operations import SHOWN_EXECUTIONS
from lambdas.domain.stages import Stage
from tests.support.api_caller import ALICE, OPERATOR, ApiCaller
from tests.support.builders import an_order_id
from tests.support.invariants import leaks
from tests.support.world import TOKEN, World

AT = datetime(2026, 1, 1, 0, 0, 1, 250_000, tzinfo=UTC)


def events() -> tuple[dict[str, Any], ...]:
    return (
        {
            "id": 1,
            "type": "ExecutionStarted",
            "timestamp": AT,
            "executionStartedEventDetails": {"input": TOKEN, "roleArn": "arn:aws:iam::1:role/r"},
        },
        {
            "id": 2,
            "previousEventId": 1,
            "type": "TaskStateEntered",
            "timestamp": AT,
            "stateEnteredEventDetails": {"name": "ProcessPayment", "input": TOKEN},
        },
        {
            "id": 3,
            "previousEventId": 2,
            "type": "TaskFailed",
            "timestamp": AT,
            "taskFailedEventDetails": {"error": "PaymentDeclined", "cause": "alice@example.com"},
        },
    )


def test_an_operator_reads_the_redacted_history(api: ApiCaller, world: World) -> None:
    order = world.place()
    world.engine.histories[f"{order.order_id}-1"] = events()

    answer = api.get(f"/orders/{order.order_id}/history", OPERATOR)

    told = answer.json["events"]
    assert [event["category"] for event in told] == ["lifecycle", "payment", "payment"]
    assert told[2] == {
        "epoch": 1,
        "id": 3,
        "type": "TaskFailed",
        "timestamp": "2026-01-01T00:00:01.250Z",
        "state": None,
        "error": "PaymentDeclined",
        "category": "payment",
    }
    assert leaks(answer.text, [TOKEN, "alice@example.com", "arn:"]) == []


def test_the_history_has_every_execution_in_the_order_of_their_start(
    api: ApiCaller, world: World
) -> None:
    order = world.place(epoch=3)
    world.engine.histories[f"{order.order_id}-1"] = events()
    world.engine.histories[f"{order.order_id}-3"] = events()

    history = api.get(f"/orders/{order.order_id}/history", OPERATOR).json

    told = [(event["epoch"], event["id"]) for event in history["events"]]
    assert told == [(1, 1), (1, 2), (1, 3), (3, 1), (3, 2), (3, 3)]
    assert history["omitted_executions"] == 0


def test_the_history_of_very_many_executions_is_cut_at_its_old_end(
    api: ApiCaller, world: World
) -> None:
    order = world.place(epoch=SHOWN_EXECUTIONS + 5)
    for epoch in range(1, order.epoch + 1):
        world.engine.histories[f"{order.order_id}-{epoch}"] = events()[:1]

    history = api.get(f"/orders/{order.order_id}/history", OPERATOR).json

    assert history["omitted_executions"] == 5
    assert [event["epoch"] for event in history["events"]] == [*range(6, SHOWN_EXECUTIONS + 6)]


def test_an_engine_that_does_not_answer_asks_to_try_again(api: ApiCaller, world: World) -> None:
    order = world.place()
    world.engine.unavailable = True

    assert api.get(f"/orders/{order.order_id}/history", OPERATOR).status == 503


def test_an_operator_takes_a_hanging_order_over(api: ApiCaller, world: World) -> None:
    order = world.place(wait_token=TOKEN)

    answer = api.post(f"/ops/orders/{order.order_id}/compensate", claims=OPERATOR)

    assert answer.status == 202
    assert answer.json == {"order_id": order.order_id, "stage": "compensating", "epoch": 2}
    assert world.engine.started == [f"{order.order_id}-2"]
    assert world.now(order).last_error == "compensated by an operator"


def test_an_order_that_has_ended_is_not_taken_over(api: ApiCaller, world: World) -> None:
    order = world.place(Stage.COMPLETED)

    answer = api.post(f"/ops/orders/{order.order_id}/compensate", claims=OPERATOR)

    assert (answer.status, answer.json["stage"]) == (409, "completed")
    assert world.now(order) == replace(order)


def test_no_order_is_taken_over_that_does_not_exist(api: ApiCaller) -> None:
    path = f"/ops/orders/{an_order_id()}/compensate"

    assert api.post(path, claims=OPERATOR).status == 404
    assert api.get(f"/orders/{an_order_id()}/history", OPERATOR).status == 404


def test_a_takeover_is_not_for_customers(api: ApiCaller, world: World) -> None:
    order = world.place()

    assert api.post(f"/ops/orders/{order.order_id}/compensate", claims=ALICE).status == 403
    assert world.now(order).epoch == 1


def test_health_needs_nothing(api: ApiCaller, world: World) -> None:
    world.store.unavailable = True

    assert api.get("/health", None).json == {"status": "ok"}
