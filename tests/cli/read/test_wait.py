"""`orders wait` and `orders watch`."""

import json
from dataclasses import replace
from functools import partial

import pytest

from cli.terminal.console import err
from cli.views.formats import ENDS, STAGES
from lambdas.domain.record import stages
from lambdas.domain.record.ledger import PAY, EffectState
from lambdas.domain.record.order import Order
from lambdas.domain.record.stages import Stage
from tests.cli.terminal import Terminal
from tests.support.builders import an_order
from tests.support.definition import load
from tests.support.execution_histories import HistoryBuilder, named
from tests.support.world import TOKEN, World


def move(world: World, order: Order, stage: Stage) -> None:
    now = world.now(order)
    world.store.put(replace(now, stage=stage, sequence=now.sequence + 1))


def record_history(world: World, order: Order, history: HistoryBuilder) -> None:
    """The history of the order's execution."""
    world.engine.definitions[order.execution] = load()
    world.engine.histories[order.execution] = tuple(history.events)


@pytest.mark.parametrize(
    ("command", "stages"),
    [("wait", ["completed"]), ("watch", ["awaiting-approval", "payment", "completed"])],
)
def test_waiting_ends_with_the_order_and_watching_prints_each_change(
    terminal: Terminal, world: World, command: str, stages: list[str]
) -> None:
    order = world.place()
    terminal.meanwhile = [
        lambda: None,
        partial(move, world, order, Stage.PAYMENT),
        partial(move, world, order, Stage.COMPLETED),
    ]

    ran = terminal.run(command, order.order_id, "-o", "json")

    printed = ran.out.splitlines() if command == "watch" else [ran.out]
    assert ran.code == 0
    assert [json.loads(one)["stage"] for one in printed] == stages
    assert terminal.meanwhile == []


@pytest.mark.parametrize("on_a_terminal", [True, False])
def test_waiting_prints_each_stage_on_a_terminal_alone(
    terminal: Terminal, world: World, monkeypatch: pytest.MonkeyPatch, on_a_terminal: bool
) -> None:
    monkeypatch.setattr(err, "_force_terminal", on_a_terminal)
    order = world.place()
    terminal.meanwhile = [
        lambda: None,
        partial(move, world, order, Stage.PAYMENT),
        partial(move, world, order, Stage.COMPLETED),
    ]

    ran = terminal.run("wait", order.order_id)

    stages = [one for one in STAGES if f" {one}\n" in ran.err]
    assert stages == (["awaiting-approval", "payment"] if on_a_terminal else [])
    assert on_a_terminal or ran.err == ""


@pytest.mark.parametrize(
    ("stage", "options", "said"),
    [
        (Stage.AWAITING_APPROVAL, "-t 0", "awaiting-approval: not there yet"),
        (Stage.FAILED, "", "the order ended as failed: The payment was declined"),
        (Stage.CANCELLED, "", "cancelled: it never reaches completed"),
        (
            Stage.COMPLETED,
            "--stage payment",
            "the order is completed now, and has passed or never reaches payment",
        ),
        (
            Stage.FAILED,
            "--stage payment",
            "failed now (The payment was declined), and has passed or never",
        ),
    ],
)
def test_waiting_for_what_does_not_come_is_refused_with_the_reason(
    terminal: Terminal, world: World, stage: Stage, options: str, said: str
) -> None:
    error = "PaymentDeclined: insufficient funds" if stage is Stage.FAILED else None
    order = world.place(stage, last_error=error)

    ran = terminal.run("wait", order.order_id, *options.split())

    assert ran.code == 1
    assert said in ran.err


def test_the_tree_marks_succeeded_running_and_unreached_states(
    terminal: Terminal, world: World
) -> None:
    order = world.place(wait_token=TOKEN)
    record_history(world, order, named(["RouteStart", "ReserveStock"]).enter("AwaitSignal"))

    shown = terminal.run("watch", order.order_id, "--once").out

    lines = [line.strip(" │├└─") for line in shown.splitlines()]
    assert any(line.startswith("✓ ReserveStock") for line in lines)
    assert any(line.startswith("● AwaitSignal") and "waiting," in line for line in lines)
    assert any(line.startswith("○ ProcessPayment") for line in lines)


def test_the_tree_marks_failed_and_compensated_states(terminal: Terminal, world: World) -> None:
    order = world.place(Stage.FAILED, last_error="PaymentDeclined: no")
    history = named(["RouteStart", "ReserveStock"]).failing("ProcessPayment", "PaymentDeclined")
    record_history(world, order, history.ok("RefundPayment", "ReleaseStock"))

    shown = terminal.run("watch", order.order_id, "--once").out

    assert "! ProcessPayment" in shown
    assert "PaymentDeclined" in shown
    assert "↺ ReserveStock  compensated" in shown
    assert "✓ ReleaseStock" in shown
    assert "reason: The payment was declined." in shown


@pytest.mark.parametrize(
    "command", [("watch",), ("watch", "-o", "json"), ("history", "--follow", "-o", "json")]
)
def test_watching_an_order_that_waits_reads_its_history_a_few_times(
    terminal: Terminal, world: World, command: tuple[str, ...]
) -> None:
    order = world.place(updated_at=world.clock.now())
    history = named(["RouteStart", "ReserveStock"]).enter("AwaitSignal")
    record_history(world, order, history)
    end = partial(move, world, order, Stage.COMPLETED)
    terminal.meanwhile = [*[lambda: None] * 150, end]

    ran = terminal.run(command[0], order.order_id, *command[1:], who="operator")

    assert ran.code == 0
    assert len(terminal.wire.sent) > 300
    assert world.engine.histories_read < 15


def test_following_prints_events_after_the_last_change_of_the_order(
    terminal: Terminal, world: World
) -> None:
    order = world.place(updated_at=world.clock.now())
    history = named(["RouteStart", "ReserveStock"])
    record_history(world, order, history)

    def mail_later() -> None:
        record_history(
            world, order, history.enter("SendOrderConfirmation").add("ExecutionSucceeded")
        )

    end = partial(move, world, order, Stage.COMPLETED)
    terminal.meanwhile = [end, mail_later]

    ran = terminal.run("history", order.order_id, "-f", "-o", "json", who="operator")

    types = [json.loads(line)["type"] for line in ran.out.splitlines()]
    assert types[-2:] == ["TaskStateEntered", "ExecutionSucceeded"]


def test_a_payment_that_was_refunded_is_compensated_in_the_tree(
    terminal: Terminal, world: World
) -> None:
    paid = an_order(Stage.STATUS_UPDATE).ledger[PAY]
    order = world.place(Stage.FAILED, ledger={PAY: replace(paid, state=EffectState.UNDONE)})
    record_history(
        world, order, named(["RouteStart", "ReserveStock", "ProcessPayment", "RefundPayment"])
    )

    shown = terminal.run("watch", order.order_id, "--once").out

    lines = [line.strip(" │├└─") for line in shown.splitlines()]
    assert "↺ payment" in lines
    assert any(line.startswith("↺ ProcessPayment  compensated") for line in lines)
    assert any(line.startswith("✓ ReserveStock") for line in lines)


def test_the_known_stages_are_those_of_the_api() -> None:
    assert set(STAGES) == set(Stage) - {Stage.NOTIFY}
    assert set(ENDS) == stages.ENDS
