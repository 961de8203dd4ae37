"""How far an execution came, what happened in it and what became of it, over HTTP."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from lambdas.api.routes.executions import SHOWN_EXECUTIONS
from lambdas.domain.record.stages import Stage
from lambdas.executions.export import rows
from lambdas.executions.history import redact
from lambdas.executions.outcomes import outcome
from tests.support.api_caller import ALICE, APPROVER, OPERATOR, ApiCaller, Claims
from tests.support.definition import load
from tests.support.execution_histories import HistoryBuilder
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

    shown = answer.json["events"]
    assert [event["category"] for event in shown] == ["lifecycle", "payment", "payment"]
    assert shown[2] == {
        "epoch": 1,
        "id": 3,
        "type": "TaskFailed",
        "timestamp": "2026-01-01T00:00:01.250Z",
        "state": None,
        "error": "PaymentDeclined",
        "decision": None,
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

    numbers = [(event["epoch"], event["id"]) for event in history["events"]]
    assert numbers == [(1, 1), (1, 2), (1, 3), (3, 1), (3, 2), (3, 3)]
    assert history["omitted_executions"] == 0


def test_the_history_of_an_execution_that_step_functions_deleted_is_read_from_its_export(
    api: ApiCaller, world: World
) -> None:
    order = world.place(Stage.COMPLETED)
    found = list(redact(events()))
    exported = rows(outcome(order.order_id, 1, found), found)
    world.histories.add(order.order_id, 1, exported)

    history = api.get(f"/orders/{order.order_id}/history", OPERATOR).json

    assert [(event["epoch"], event["id"]) for event in history["events"]] == [
        (1, 1),
        (1, 2),
        (1, 3),
    ]
    assert [execution["verdict"] for execution in history["executions"]] == [exported[0]["verdict"]]


def test_exports_are_not_searched_for_an_execution_that_has_not_begun(
    api: ApiCaller, world: World
) -> None:
    order = world.place()
    world.histories.unavailable = True

    assert api.get(f"/orders/{order.order_id}/history", OPERATOR).status == 200


def test_the_history_of_very_many_executions_is_cut_at_its_old_end(
    api: ApiCaller, world: World
) -> None:
    order = world.place(epoch=SHOWN_EXECUTIONS + 5)
    for epoch in range(1, order.epoch + 1):
        world.engine.histories[f"{order.order_id}-{epoch}"] = events()[:1]

    history = api.get(f"/orders/{order.order_id}/history", OPERATOR).json

    assert history["omitted_executions"] == 5
    assert [event["epoch"] for event in history["events"]] == [*range(6, SHOWN_EXECUTIONS + 6)]


def test_each_execution_has_its_verdict_and_its_figures(api: ApiCaller, world: World) -> None:
    order = world.place(epoch=2)
    world.engine.histories[f"{order.order_id}-1"] = events()

    executions = api.get(f"/orders/{order.order_id}/history", OPERATOR).json["executions"]

    assert executions == [
        {
            "epoch": 1,
            "verdict": "running",
            "reason": "it is in ProcessPayment",
            "started_at": "2026-01-01T00:00:01.250Z",
            "stopped_at": None,
            "categories": {
                "payment": {"events": 2, "milliseconds": 0},
                "lifecycle": {"events": 1, "milliseconds": 0},
            },
            "retries": {},
        }
    ]


@pytest.mark.parametrize("claims", [ALICE, APPROVER, OPERATOR])
def test_every_role_reads_the_progress_of_a_visible_order(
    api: ApiCaller, world: World, claims: Claims
) -> None:
    order = world.place()
    world.engine.definitions[order.execution] = load()
    world.engine.histories[order.execution] = events()

    answer = api.get(f"/orders/{order.order_id}/execution", claims)

    assert answer.json["start_at"] == "RouteStart"
    progress = {state["name"]: state["progress"] for state in answer.json["states"]}
    assert progress["ProcessPayment"] == "running"
    assert progress["ReserveStock"] == "not-reached"
    assert leaks(answer.text, [TOKEN, "alice@example.com", "arn:", "${"]) == []


def test_an_execution_that_did_not_begin_has_no_states(api: ApiCaller, world: World) -> None:
    order = world.place()

    answer = api.get(f"/orders/{order.order_id}/execution", ALICE).json

    assert (answer["start_at"], answer["states"]) == (None, [])


def test_operators_list_verdicts_page_by_page(api: ApiCaller, world: World) -> None:
    orders = [world.place() for _ in range(3)]
    world.engine.histories[orders[2].execution] = events()

    first = api.get("/ops/verdicts?limit=2", OPERATOR).json
    rest = api.get(f"/ops/verdicts?limit=2&cursor={first['next_cursor']}", OPERATOR).json

    assert [one["order_id"] for one in (*first["verdicts"], *rest["verdicts"])] == [
        order.order_id for order in reversed(orders)
    ]
    assert [verdict["verdict"] for verdict in first["verdicts"]] == ["running", "unknown"]
    assert rest["next_cursor"] is None


def test_the_verdict_on_an_ended_execution_is_read_from_its_history_once(
    api: ApiCaller, world: World
) -> None:
    order = world.place(Stage.COMPLETED)
    history = HistoryBuilder().ok("UpdateOrderStatus").add("ExecutionSucceeded")
    world.engine.histories[order.execution] = tuple(history.events)

    first = api.get("/ops/verdicts", OPERATOR).json
    world.engine.histories.clear()  # Step Functions keeps them for 90 days
    again = api.get("/ops/verdicts", OPERATOR).json

    assert first == again
    assert first["verdicts"] == [
        {
            "epoch": 1,
            "verdict": "completed",
            "reason": "every step succeeded",
            "started_at": "2026-01-01T00:00:00.000Z",
            "stopped_at": "2026-01-01T00:00:05.000Z",
            "order_id": order.order_id,
            "stage": "completed",
        }
    ]
    assert world.engine.histories_read == 1


@pytest.mark.parametrize("more", [(), ("ExecutionFailed", "ExecutionRedriven")])
def test_the_verdict_on_an_execution_that_runs_is_not_stored(
    api: ApiCaller, world: World, more: tuple[str, ...]
) -> None:
    order = world.place(Stage.PAYMENT)
    history = HistoryBuilder()
    for kind in more:
        history.add(kind)
    world.engine.histories[order.execution] = tuple(history.enter("ProcessPayment").events)
    running = api.get("/ops/verdicts", OPERATOR).json["verdicts"][0]["verdict"]
    history.add("ExecutionAborted")
    world.engine.histories[order.execution] = tuple(history.events)

    ended = api.get("/ops/verdicts", OPERATOR).json["verdicts"][0]["verdict"]

    assert (running, ended) == ("running", "infrastructure")


def test_the_verdict_on_a_takeover_is_not_that_on_the_execution_before(
    api: ApiCaller, world: World
) -> None:
    order = world.place(Stage.COMPENSATING)
    world.engine.histories[order.execution] = tuple(HistoryBuilder().add("ExecutionAborted").events)
    api.get("/ops/verdicts", OPERATOR)
    taken_over = replace(order, epoch=2)
    world.store.put(taken_over)
    running = HistoryBuilder().enter("RefundPayment")
    world.engine.histories[taken_over.execution] = tuple(running.events)

    [verdict] = api.get("/ops/verdicts", OPERATOR).json["verdicts"]

    assert (verdict["epoch"], verdict["verdict"]) == (2, "running")


def test_a_verdict_that_cannot_be_stored_is_answered_all_the_same(
    api: ApiCaller, world: World
) -> None:
    order = world.place(Stage.COMPLETED)
    history = HistoryBuilder().add("ExecutionSucceeded")
    world.engine.histories[order.execution] = tuple(history.events)
    world.outcomes.unavailable = True

    assert api.get("/ops/verdicts", OPERATOR).json["verdicts"][0]["verdict"] == "completed"
