"""watch: takeovers, stopped states, and the log in a pipe."""

from functools import partial

import pytest

from lambdas.domain.record.stages import Stage
from tests.cli.read.test_wait import move, record_history
from tests.cli.terminal import Terminal
from tests.support.execution_histories import named
from tests.support.world import TOKEN, World


def test_the_tree_of_an_order_after_a_takeover_points_to_earlier_executions(
    terminal: Terminal, world: World
) -> None:
    order = world.place(Stage.COMPENSATING, epoch=2, last_error="the execution stopped")
    record_history(world, order, named(["RefundPayment"]).enter("ReleaseStock"))
    first = world.place()
    record_history(world, first, named(["ReserveStock"]))

    shown, of_one = (terminal.run("watch", one.order_id, "--once").out for one in (order, first))

    assert "this is execution 2: execution 1 stopped, or lost the order to a takeover" in shown
    assert f"`orders history {order.order_id}`" in shown
    assert "orders history" not in of_one


def test_watching_into_a_pipe_prints_every_change_once(
    terminal: Terminal, world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    order = world.place(wait_token=TOKEN)
    history = named(["ReserveStock"]).enter("AwaitSignal")
    record_history(world, order, history)
    at_first: list[str] = []

    def approved() -> None:
        at_first.extend(capsys.readouterr().out.splitlines())
        history.leave("AwaitSignal").failing("ProcessPayment", "PaymentDeclined")
        record_history(world, order, history)
        move(world, order, Stage.PAYMENT)

    terminal.meanwhile = [approved, lambda: None, partial(move, world, order, Stage.FAILED)]

    later = terminal.run("watch", order.order_id).out.splitlines()

    assert [line.split("  ", 1)[1] for line in at_first] == [
        "ReserveStock succeeded",
        "AwaitSignal running",
        "order awaiting-approval",
    ]
    assert [line.split("  ", 1)[1] for line in later[:4]] == [
        "AwaitSignal succeeded",
        "ProcessPayment failed: PaymentDeclined",
        "order payment",
        "order failed",
    ]
    assert later[4].startswith(order.order_id)
    assert all(line[:2].isdigit() for line in (*at_first, *later[:4]))


def test_the_log_of_an_order_after_a_takeover_names_the_execution(
    terminal: Terminal, world: World
) -> None:
    order = world.place(Stage.FAILED, epoch=2)
    history = named(["ReserveStock"]).enter("ReleaseStock").add("ExecutionAborted")
    record_history(world, order, history)

    lines = terminal.run("watch", order.order_id).out.splitlines()

    assert "this is execution 2" in lines[0]
    assert any(line.endswith("  ReleaseStock stopped") for line in lines)


def test_the_duration_of_a_stopped_state_does_not_grow(terminal: Terminal, world: World) -> None:
    order = world.place()
    record_history(
        world, order, named(["ReserveStock"]).enter("AwaitSignal").add("ExecutionAborted")
    )

    shown = terminal.run("watch", order.order_id, "--once").out

    [line] = [line.strip(" │├└─") for line in shown.splitlines() if "AwaitSignal" in line]
    assert line == "■ AwaitSignal  1.0 s"
