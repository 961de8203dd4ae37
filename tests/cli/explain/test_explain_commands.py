"""history, classify, export."""

import json
from pathlib import Path
from typing import Any

import pytest

from lambdas.domain.record.order import Order
from lambdas.domain.record.stages import Stage
from tests.cli.terminal import Terminal
from tests.support.execution_histories import named
from tests.support.world import World

WAY = ["RouteStart", "ReserveStock", "AwaitSignal", "ApplySignals", "ProcessPayment"]


@pytest.fixture
def order(world: World) -> Order:
    """An order with a declined payment, and the history of its execution."""
    order = world.place(Stage.FAILED, last_error="PaymentDeclined: no")
    return record_history(world, order)


def record_history(world: World, order: Order) -> Order:
    history = named(WAY[:-1]).failing("ProcessPayment", "ProviderUnavailable", "PaymentDeclined")
    history.ok("RefundPayment", "ReleaseStock", "SendCancellationEmail", "CloseOrder")
    history.enter("OrderFailed").add("ExecutionFailed")
    world.engine.histories[order.execution] = tuple(history.events)
    return order


def test_a_history_as_a_table_shows_states_attempts_and_the_verdict(
    terminal: Terminal, order: Order
) -> None:
    shown = terminal.run("history", order.order_id, who="operator").out

    payment = next(line.split() for line in shown.splitlines() if " ProcessPayment " in line)
    assert payment[1:3] == ["ProcessPayment", "payment"]
    assert payment[-3:] == ["2", "ProviderUnavailable,", "PaymentDeclined"]
    assert "time by category" in shown


def test_a_detailed_history_shows_every_event(
    terminal: Terminal, world: World, order: Order
) -> None:
    shown = terminal.run("history", order.order_id, "--detailed", who="operator").out

    assert shown.count("TaskScheduled") == sum(
        event["type"] == "TaskScheduled" for event in world.engine.histories[order.execution]
    )


def test_a_history_as_json_gives_every_event_one_category(terminal: Terminal, order: Order) -> None:
    ran = terminal.run("history", order.order_id, "-o", "json", who="operator")

    events: Any = ran.json["events"]
    assert {event["category"] for event in events} >= {"reserve", "payment", "compensation"}


def test_a_history_as_mermaid_is_a_chart_with_a_bar_for_every_state(
    terminal: Terminal, order: Order
) -> None:
    chart = terminal.run("history", order.order_id, "-o", "mermaid", who="operator").out

    assert chart.startswith("gantt")
    for state in ("ReserveStock", "ProcessPayment", "ReleaseStock"):
        assert state in chart


def test_a_history_as_chrome_trace_is_a_valid_trace(terminal: Terminal, order: Order) -> None:
    ran = terminal.run("history", order.order_id, "-o", "chrome-trace", who="operator")

    spans: Any = [e for e in ran.json["traceEvents"] if e["ph"] == "X"]  # type: ignore[attr-defined]
    assert "ProcessPayment" in {span["name"] for span in spans}
    assert all(span["dur"] >= 0 and span["ts"] > 0 for span in spans)


def test_following_a_history_ends_with_the_order_and_prints_every_event_once(
    terminal: Terminal, world: World
) -> None:
    order = record_history(world, world.place(Stage.FAILED))

    ran = terminal.run("history", order.order_id, "-f", "-o", "json", who="operator")

    numbers = [json.loads(line)["id"] for line in ran.out.splitlines()]
    assert numbers == list(range(1, len(world.engine.histories[order.execution]) + 1))


@pytest.mark.parametrize("drawing", ["mermaid", "chrome-trace"])
def test_charts_cannot_be_followed(terminal: Terminal, order: Order, drawing: str) -> None:
    ran = terminal.run("history", order.order_id, "-f", "-o", drawing, who="operator")

    assert (ran.code, ran.out) == (2, "")
    assert f"{drawing} needs the whole history" in ran.err
    assert terminal.wire.sent == []


def test_a_verdict_comes_with_its_reason(terminal: Terminal, order: Order) -> None:
    ran = terminal.run("classify", order.order_id, "-o", "json", who="operator")

    verdicts: Any = ran.json["verdicts"]
    assert [(verdict["order_id"], verdict["epoch"]) for verdict in verdicts] == [
        (order.order_id, 1)
    ]
    assert [(verdict["verdict"], verdict["reason"]) for verdict in verdicts] == [
        ("rejected", "ProcessPayment failed with PaymentDeclined")
    ]


def test_verdicts_are_counted_and_charted_over_time(terminal: Terminal, world: World) -> None:
    for _ in range(3):
        record_history(world, world.place(Stage.FAILED))

    shown = terminal.run("classify", who="operator").out

    assert "orders by verdict" in shown
    assert "█" in shown
    assert "by hour (UTC)" in shown


def test_an_export_writes_a_file_per_order_and_continues_after_an_interruption(
    terminal: Terminal, world: World, tmp_path: Path
) -> None:
    orders = [record_history(world, world.place(Stage.FAILED)) for _ in range(3)]
    folder = tmp_path / "histories"
    terminal.run("export", str(folder), "-n", "2", who="operator")
    first = {file.name for file in folder.iterdir()}
    sent_before = len(terminal.wire.sent)

    ran = terminal.run("export", str(folder), who="operator")

    assert len(first) == 2
    assert ran.out == ""
    assert ran.err == "✓ 1 written, 2 already present\n"  # without a terminal no spinner
    assert {file.stem for file in folder.iterdir()} == {order.order_id for order in orders}
    histories = [r for r in terminal.wire.sent[sent_before:] if r.url.path.endswith("/history")]
    assert len(histories) == 1
    [one, *_] = [json.loads(file.read_text()) for file in folder.iterdir()]
    assert one["events"][0]["type"] == "ExecutionStarted"


def test_an_interrupted_export_prints_its_progress(
    terminal: Terminal, world: World, tmp_path: Path
) -> None:
    for _ in range(3):
        record_history(world, world.place(Stage.FAILED))
    terminal.meanwhile = [lambda: setattr(terminal.wire, "down", True)]

    ran = terminal.run("export", str(tmp_path / "h"), who="operator")

    assert ran.code == 4
    assert "interrupted: 1 written, 0 already present" in ran.err


def test_an_open_order_is_exported_again(terminal: Terminal, world: World, tmp_path: Path) -> None:
    record_history(world, world.place())

    runs = [terminal.run("export", str(tmp_path / "h"), who="operator") for _ in range(2)]

    assert all("1 written, 0 already present" in ran.err for ran in runs)


def test_an_export_into_a_broken_link_is_a_problem(
    terminal: Terminal, world: World, tmp_path: Path
) -> None:
    world.place()
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")

    ran = terminal.run("export", str(tmp_path / "link"), who="operator")

    assert ran.code == 2
    assert "is a symbolic link to" in ran.err


def test_a_failed_export_leaves_no_partial_file(
    terminal: Terminal, world: World, tmp_path: Path
) -> None:
    order = world.place()
    (tmp_path / f"{order.order_id}.json").mkdir()

    ran = terminal.run("export", str(tmp_path), who="operator")

    assert ran.code == 2
    assert order.order_id in ran.err
    assert [file.name for file in tmp_path.iterdir() if file.is_file()] == []
