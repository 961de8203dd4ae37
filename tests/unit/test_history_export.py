"""Histories of ended executions are exported once, and missing ones by the sweep."""

import json
from dataclasses import replace
from typing import Any

import pytest

from lambdas.domain.record.order import Order
from lambdas.domain.record.stages import Stage
from lambdas.executions.export import events_of
from lambdas.executions.outcomes import classify
from lambdas.handlers import history_handler
from lambdas.services.history_export import (
    KEPT_MS,
    NEWEST_EPOCHS,
    PAUSE_SECONDS,
    SETTLED_MS,
    SWEEP_READS,
)
from tests.support.execution_histories import HistoryBuilder, named
from tests.support.telemetry import captured_log, lines
from tests.support.world import TOKEN, World


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    world = World()
    monkeypatch.setattr(history_handler, "dependencies", lambda: world.deps)
    return world


def completed() -> HistoryBuilder:
    history = named(["FetchInventorySnapshotV1"]).ok("ReserveStock", decision="wait")
    history.ok("AwaitSignal").ok("ApplySignals", decision="pay")
    history.failing("ProcessPayment", "ProviderUnavailable", "ProviderUnavailable")
    history.ok("ProcessPayment", "UpdateOrderStatus", "SendOrderConfirmation")
    return history.add("ExecutionSucceeded", executionSucceededEventDetails={"output": TOKEN})


LOGGED = {
    "history exported": {"order_id", "epoch", "exported"},
    "history of no order": {"execution"},
    "malformed message": {"message_id"},
    "recovered error": {"order_id", "epoch", "error"},
}
"""The keys of each message."""


def ended(world: World, epoch: int = 1, **changes: Any) -> Order:
    """A completed order whose execution `epoch` has ended."""
    order = world.place(Stage.COMPLETED, epoch=epoch, **changes)
    world.engine.histories[f"{order.order_id}-{epoch}"] = tuple(completed().events)
    return order


def message(order: Order, epoch: int = 1) -> dict[str, Any]:
    body = json.dumps({"execution": f"{order.order_id}-{epoch}"})
    return {"messageId": f"message-{order.order_id}", "body": body}


def export(*messages: dict[str, Any]) -> list[str]:
    """The messages that failed."""
    with captured_log() as log:
        answer = history_handler.export({"Records": list(messages)}, None)
    for line in lines(log.getvalue()):
        assert all(line.get(name) is not None for name in LOGGED[line["message"]]), line
    return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]


def test_an_execution_that_ended_is_exported_with_its_verdict_and_without_data(
    world: World,
) -> None:
    order = ended(world)

    assert export(message(order)) == []

    rows = world.histories.find(order.order_id, 1)
    assert {row["verdict"] for row in rows} == {"completed"}
    assert events_of(json.loads(json.dumps(rows))) == completed().redacted()
    assert TOKEN not in str(rows)
    stored = world.outcomes.find([(order.order_id, 1)])[order.order_id]
    assert stored.verdict == classify(completed().redacted()).verdict.value


def test_a_repeated_message_exports_and_counts_nothing(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    order = ended(world)
    export(message(order), message(order))
    counted = lines(capsys.readouterr().out)

    assert not history_handler.history_export(world.deps).export(order.order_id, 1)
    assert world.engine.histories_read == 1
    assert [one["verdict"] for one in counted if "ExecutionVerdict" in one] == ["completed"]


def test_an_export_measures_categories_retries_and_wake_ups(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    export(message(ended(world)))
    counted = lines(capsys.readouterr().out)

    def values(metric: str, dimension: str) -> dict[str, float]:
        return {one[dimension]: one[metric][0] for one in counted if metric in one}

    assert values("ExecutionVerdict", "verdict") == {"completed": 1}
    assert values("WakeUps", "cause") == {"doorbell": 1}
    assert values("ActivityRetries", "retried") == {"ProcessPayment": 1}
    assert values("CategorySeconds", "category")["approval-loop"] == 6
    written = [one["_aws"]["CloudWatchMetrics"][0]["Metrics"][0] for one in counted]
    assert {"Name": "CategorySeconds", "Unit": "Seconds"} in written
    assert {"Name": "WakeUps", "Unit": "Count"} in written


def test_a_message_that_fails_is_delivered_again_and_the_others_are_exported(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    order, other = ended(world), ended(world)
    failing = {**message(order)}
    world.outcomes.unavailable = True
    assert export(failing) == ["message-" + order.order_id]
    assert '"HistoryExportFailed"' in capsys.readouterr().out

    world.outcomes.unavailable = False
    assert export(failing, message(other)) == []
    assert len(world.histories.stored) == 2


def test_a_history_without_its_end_is_read_again(world: World) -> None:
    order = ended(world)
    complete = world.engine.histories[order.execution]
    world.engine.histories[order.execution] = complete[:-1]

    def end() -> None:
        world.engine.histories[order.execution] = complete

    world.clock.during_sleep = end

    assert export(message(order)) == []
    assert world.engine.histories_read == 2
    assert world.clock.slept == [1, PAUSE_SECONDS]
    assert world.histories.exists(order.order_id, 1)


def test_an_execution_that_runs_or_belongs_to_no_order_is_not_exported(world: World) -> None:
    order = world.place()
    world.engine.histories[order.execution] = tuple(HistoryBuilder().events)
    unknown = replace(order, order_id="01KDVDNH009999999999999999")

    assert export(message(order), message(unknown)) == []
    assert not history_handler.history_export(world.deps).export(unknown.order_id, 1)
    assert world.histories.stored == {}


@pytest.mark.parametrize("name", ["by-hand", "3f0c9a1e-7d52", "01KDVDNH000000000000000000-x"])
def test_an_execution_with_another_name_does_not_fail_the_others(world: World, name: str) -> None:
    order = ended(world)

    foreign = {"messageId": "foreign", "body": json.dumps({"execution": name})}
    assert export(foreign, message(order)) == []
    assert world.histories.exists(order.order_id, 1)


@pytest.mark.parametrize("body", ["no JSON", "[]", "{}"])
def test_a_malformed_message_fails_alone(
    world: World, body: str, capsys: pytest.CaptureFixture[str]
) -> None:
    order = ended(world)

    assert export({"messageId": "bad", "body": body}, message(order)) == ["bad"]
    assert '"HistoryExportFailed"' in capsys.readouterr().out
    assert world.histories.exists(order.order_id, 1)


def sweep(world: World) -> int:
    with captured_log() as log:
        exported: int = history_handler.sweep({}, None)["exported"]
    assert (
        lines(log.getvalue())[-1].items()
        >= {"message": "histories swept", "exported": exported}.items()
    )
    return exported


def test_the_sweep_exports_what_is_missing_of_every_execution(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    order = ended(world, epoch=NEWEST_EPOCHS + 1)
    world.engine.histories[f"{order.order_id}-2"] = tuple(completed().events)
    open_order = world.place(epoch=2)
    world.engine.histories[f"{open_order.order_id}-1"] = tuple(completed().events)
    world.clock.advance(SETTLED_MS / 1000 + 1)

    assert sweep(world) == 3
    [counted] = [line for line in lines(capsys.readouterr().out) if "HistoriesSweptUp" in line]
    assert counted["HistoriesSweptUp"] == [3.0]
    assert set(world.histories.stored) == {
        *((order.order_id, epoch) for epoch in (2, NEWEST_EPOCHS + 1)),
        (open_order.order_id, 1),
    }
    assert world.engine.histories_read == NEWEST_EPOCHS + 1
    assert sweep(world) == 0


def test_the_sweep_leaves_an_order_that_has_just_ended_to_its_event(world: World) -> None:
    ended(world)
    world.clock.advance(SETTLED_MS / 1000)

    assert sweep(world) == 0


def test_one_sweep_reads_a_limited_number_of_histories_and_the_next_pass_the_rest(
    world: World,
) -> None:
    for _ in range(SWEEP_READS // NEWEST_EPOCHS + 1):
        world.place(Stage.COMPLETED, epoch=NEWEST_EPOCHS + 5)
    order = ended(world, order_id="01KDVDNH000000000000000000")
    world.clock.advance(SETTLED_MS / 1000 + 1)

    sweep(world)

    assert world.engine.histories_read == SWEEP_READS
    assert (order.order_id, 1) not in world.histories.stored


def test_a_pass_continues_after_the_last_page_and_ends_where_histories_are_deleted(
    world: World,
) -> None:
    for _ in range(101):
        ended(world)
    world.clock.advance(SETTLED_MS / 1000 + 1)

    sweep(world)
    assert world.histories.read() is not None
    sweep(world)
    assert world.histories.read() is None

    world.clock.advance(KEPT_MS / 1000)
    sweep(world)
    assert world.histories.read() is None
