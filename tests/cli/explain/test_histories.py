"""history, classify: states, ends, decisions, and no executions."""

import pytest

from cli.terminal.console import out
from cli.views.histories import verdict_table
from lambdas.domain.record.stages import Stage
from tests.cli.terminal import Terminal
from tests.support.execution_histories import named
from tests.support.world import World


def line_of(shown: str, state: str) -> str:
    """The line of a state; in a history without errors it ends with the duration."""
    return next(line for line in shown.splitlines() if f" {state} " in line)


@pytest.mark.parametrize(
    ("end", "shown_end"),
    [
        ("ExecutionAborted", "stopped"),
        ("ExecutionTimedOut", "failed"),
        ("ExecutionFailed", "failed"),
        (None, "running"),
    ],
)
def test_a_state_that_never_exited_shows_how_its_execution_ended(
    terminal: Terminal, world: World, end: str | None, shown_end: str
) -> None:
    order = world.place()
    history = named(["ReserveStock"]).enter("AwaitSignal").add("TaskScheduled")
    world.engine.histories[order.execution] = tuple((history.add(end) if end else history).events)

    shown = terminal.run("history", order.order_id, who="operator").out

    assert shown_end in line_of(shown, "AwaitSignal").split()
    assert "3.0" in line_of(shown, "ReserveStock").split()


@pytest.mark.parametrize(
    ("kind", "state"), [("Fail", "OrderFailed"), ("Succeed", "OrderCancelled")]
)
def test_a_state_in_which_an_execution_ends_takes_no_time(
    terminal: Terminal, world: World, kind: str, state: str
) -> None:
    order = world.place(Stage.FAILED)
    history = named([]).add(f"{kind}StateEntered", stateEnteredEventDetails={"name": state})
    if kind == "Succeed":
        history.add("SucceedStateExited", stateExitedEventDetails={"name": state})
    history.add(f"Execution{kind}ed")
    world.engine.histories[order.execution] = tuple(history.events)

    shown = terminal.run("history", order.order_id, who="operator").out

    assert line_of(shown, state).split()[-2:] == ["-", "-"]


def test_a_chart_shows_where_an_execution_was_stopped(terminal: Terminal, world: World) -> None:
    order = world.place()
    history = named([]).enter("AwaitSignal").add("ExecutionAborted")
    world.engine.histories[order.execution] = tuple(history.events)

    chart = terminal.run("history", order.order_id, "-o", "mermaid", who="operator").out

    assert "AwaitSignal stopped :crit, " in chart


@pytest.mark.parametrize("how", ["--detailed", "-f"])
def test_a_decision_is_shown_once_at_its_event(terminal: Terminal, world: World, how: str) -> None:
    order = world.place(Stage.FAILED)
    history = named(["AwaitSignal"]).ok("ApplySignals", decision="pay")
    history.enter("RouteDecision").leave("RouteDecision", "pay")
    history.failing("ProcessPayment", "PaymentDeclined").leave("ProcessPayment", "pay")
    world.engine.histories[order.execution] = tuple(history.events)

    shown = terminal.run("history", order.order_id, how, who="operator").out

    [decision] = [line for line in shown.splitlines() if "pay" in line.split()]
    assert "ApplySignals" in decision
    assert decision.rstrip().endswith("decided: pay")
    columns = next(line.split() for line in shown.splitlines() if "execution" in line)
    assert columns == ["execution", "#", "at", "event", "state", "category", "detail"]


def test_followed_events_have_the_columns_of_the_table(terminal: Terminal, world: World) -> None:
    order = world.place(Stage.FAILED)
    history = named(["AwaitSignal"]).ok("ApplySignals", decision="pay")
    history.failing("ProcessPayment", "ProviderUnavailable", "PaymentDeclined")
    world.engine.histories[order.execution] = tuple(history.events)
    table, list_ = (
        terminal.run("history", order.order_id, how, who="operator").out
        for how in ("--detailed", "-f")
    )

    rows, lines = ([line.split() for line in one.splitlines()] for one in (table, list_))
    without_dates = [line[:2] + line[3:] for line in lines[1:]]  # the table prints the date once
    assert rows[1:][: len(lines)] == [lines[0], *without_dates]


@pytest.mark.parametrize(("orders", "blocks"), [(1, 1), (3, 3), (60, 40)])
def test_a_bar_has_a_block_per_order_up_to_its_maximum(orders: int, blocks: int) -> None:
    one = {"order_id": "O", "epoch": 1, "verdict": "completed", "reason": "every step succeeded"}
    verdicts = [{**one, "started_at": None, "stopped_at": None}] * orders
    with out.capture() as drawn:
        out.print(verdict_table(verdicts))

    assert drawn.get().count("█") == blocks


def test_the_number_of_an_execution_has_one_name_in_all_tables(
    terminal: Terminal, world: World
) -> None:
    order = world.place()
    world.engine.histories[order.execution] = tuple(named(["ReserveStock"]).events)
    shown = terminal.run("classify", who="operator").out
    shown += terminal.run("watch", order.order_id, "--once").out

    assert "execution" in shown
    assert "epoch" not in shown
