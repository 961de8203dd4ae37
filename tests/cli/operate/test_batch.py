"""The batch commands, and export with filters."""

import json
from pathlib import Path
from typing import Any

import pytest

from lambdas.domain.errors import MailUnsettled
from lambdas.domain.executions import ExecutionStatus
from lambdas.domain.record.ledger import MAIL_CONFIRMATION, Effect, EffectState
from lambdas.domain.record.stages import Stage
from tests.cli.terminal import Terminal
from tests.support.builders import a_stuck_order, an_order
from tests.support.execution_histories import named
from tests.support.world import World

BY_ALICE = ("--filter", "customer=alice", "-o", "json")


def test_a_batch_cancels_the_matching_orders_once(terminal: Terminal, world: World) -> None:
    old, new = world.place(version="v1"), world.place(version="v2")
    command = ("batch", "cancel", "-r", "recall", "--filter", "version=v1", "-y", "-o", "json")

    first, again = (terminal.run(*command, who="operator") for _ in range(2))

    assert first.json["orders"] == [{"order_id": old.order_id, "done": True, "why": None}]
    assert again.code == 0
    assert (len(world.now(old).inbox), len(world.now(new).inbox)) == (1, 0)


def test_a_dry_run_names_the_orders_and_changes_nothing(terminal: Terminal, world: World) -> None:
    """Orders that accept no cancel do not count for the limit."""
    order, done = world.place(), world.place(Stage.COMPLETED)
    command = ("batch", "cancel", "-r", "x", "--filter", "customer=alice", "-n", "1", "--dry-run")

    for_scripts = terminal.run(*command, "-o", "json", who="operator")
    for_people = terminal.run(*command, who="operator")

    assert for_scripts.json == {
        "orders": [order.order_id],
        "left_out": [{"order_id": done.order_id, "why": "it has ended: completed"}],
    }
    assert for_people.out.split() == [order.order_id]
    assert "1 orders, 1 left out" in for_people.err
    assert world.now(order).inbox == ()


def test_the_limit_of_a_batch_counts_matching_orders_only(
    terminal: Terminal, world: World, tmp_path: Path
) -> None:
    _, wanted = world.place(version="v1"), world.place(version="v1")
    for _ in range(101):
        world.place(version="v2", items=())
    filters = ("-n", "1", "--filter", "version=v1", "--dry-run", "-o", "json")

    cancelled = terminal.run("batch", "cancel", "-r", "x", *filters, who="operator")
    exported = terminal.run("export", str(tmp_path / "h"), *filters, who="operator")

    assert cancelled.json == {"orders": [wanted.order_id], "left_out": []}
    assert exported.json == {"orders": [wanted.order_id]}


def test_no_more_pages_are_read_than_the_limit_needs(terminal: Terminal, world: World) -> None:
    for _ in range(101):
        world.place(items=())

    terminal.run(
        *("batch", "cancel", "-r", "x", "--filter", "version=v2", "-n", "2", "--dry-run"),
        who="operator",
    )

    assert len(terminal.wire.sent) == 1


def test_a_batch_stops_when_the_api_does_not_answer_and_prints_its_progress(
    terminal: Terminal, world: World
) -> None:
    orders = [world.place() for _ in range(3)]
    terminal.meanwhile = [lambda: setattr(terminal.wire, "down", True)]

    ran = terminal.run(
        *("batch", "cancel", "-r", "x", "--filter", "customer=alice", "-y"), who="operator"
    )

    assert (ran.code, ran.out) == (4, "")
    assert f"stopped at {orders[1].order_id}: 1 of 3 accepted before it" in ran.err
    assert [len(world.now(order).inbox) for order in orders] == [0, 0, 1]


def test_a_filtered_export_prints_the_written_orders(
    terminal: Terminal, world: World, tmp_path: Path
) -> None:
    order = world.place(version="v1")
    world.place(version="v2")
    folder = tmp_path / "histories"

    ran = terminal.run(
        *("export", str(folder), "--filter", "version=v1", "-o", "json"), who="operator"
    )

    assert ran.json == {"written": [order.order_id], "folder": str(folder)}
    [file] = folder.iterdir()
    assert json.loads(file.read_text())["order"]["order_id"] == order.order_id


def test_a_batch_compensates_the_open_orders_and_says_why_others_are_left_out(
    terminal: Terminal, world: World
) -> None:
    done, order, stuck = world.place(Stage.COMPLETED), world.place(), a_stuck_order()
    world.store.put(stuck)

    first = terminal.run("batch", "compensate", *BY_ALICE, "-y", who="operator").json
    again = terminal.run("batch", "compensate", *BY_ALICE, who="operator").json

    assert {row["order_id"] for row in _rows(first["orders"])} == {order.order_id, stuck.order_id}
    assert world.now(order).stage is Stage.COMPENSATING
    assert again["orders"] == []
    assert {row["order_id"]: row["why"] for row in _rows(again["left_out"])} == {
        stuck.order_id: "it is being compensated",
        order.order_id: "it is being compensated",
        done.order_id: "it has ended: completed",
    }


def test_a_batch_resumes_the_orders_whose_execution_failed(
    terminal: Terminal, world: World
) -> None:
    running, failed, stopped = orders = world.place(), world.place(), world.place()
    world.engine.histories[running.execution] = tuple(named(["RouteStart"]).events)
    world.engine.end(failed, ExecutionStatus.FAILED)
    world.engine.end(stopped, ExecutionStatus.ABORTED)

    dry = terminal.run("batch", "resume", *BY_ALICE, "--dry-run", who="operator")
    before = [world.now(order).epoch for order in orders]
    ran, again = (terminal.run("batch", "resume", *BY_ALICE, "-y", who="operator") for _ in "12")

    assert dry.json["orders"] == [stopped.order_id, failed.order_id]
    assert ran.code == 1
    results = {row["order_id"]: row["done"] for row in _rows(ran.json["orders"])}
    assert results == {failed.order_id: True, stopped.order_id: False}
    left_out = {"order_id": running.order_id, "why": "its execution runs: nothing was changed"}
    assert dry.json["left_out"] == ran.json["left_out"] == [left_out]
    assert (before, [world.now(order).epoch for order in orders]) == ([1, 1, 1], [1, 2, 1])
    assert len(_rows(again.json["left_out"])) == 2


def test_a_batch_resends_the_e_mails_that_were_not_sent_once(
    terminal: Terminal, world: World
) -> None:
    lost, is_open = world.place(Stage.COMPLETED), world.place()
    world.notifier.failures = [MailUnsettled("no answer")]

    runs = [
        terminal.run("batch", "resend", *BY_ALICE, "-y", "--key", key, who="operator")
        for key in ("first", "first", "second", "third")
    ]

    unsettled = {"done": False, "why": "mail-confirmation may have been sent"}
    assert [run.json["orders"] for run in runs] == [
        [{"order_id": lost.order_id, **unsettled}],
        [{"order_id": lost.order_id, **unsettled}],
        [{"order_id": lost.order_id, "done": True, "why": None}],
        [],
    ]
    assert {row["order_id"]: row["why"] for row in _rows(runs[-1].json["left_out"])} == {
        lost.order_id: "mail-confirmation-2 was sent",
        is_open.order_id: "it is open: awaiting-approval",
    }
    assert len(world.notifier.sent) == 1


@pytest.mark.parametrize(
    ("delivery", "why"),
    [("complained", "the customer complained about mail-confirmation"), ("bounced", None)],
)
def test_a_batch_sends_bounced_e_mails_again_but_none_that_a_customer_complained_about(
    terminal: Terminal, world: World, delivery: str, why: str | None
) -> None:
    sent = Effect(key="mail-confirmation:1", state=EffectState.DONE, at=1, delivery=delivery)
    ledger = {**an_order(Stage.COMPLETED).ledger, MAIL_CONFIRMATION: sent}
    order = world.place(Stage.COMPLETED, ledger=ledger)

    ran = terminal.run("batch", "resend", *BY_ALICE, "--dry-run", who="operator")

    assert ran.json["orders"] == ([] if why else [order.order_id])
    assert [row["why"] for row in _rows(ran.json["left_out"])] == ([why] if why else [])


def _rows(found: object) -> list[dict[str, Any]]:
    assert isinstance(found, list)
    return found
