"""compensate, abort, versions, load, doctor."""

import json
from dataclasses import replace
from io import StringIO

import httpx
import pytest
from rich.live import Live

from lambdas.domain.executions import ExecutionStatus
from lambdas.domain.record.stages import Stage
from tests.cli.terminal import Terminal
from tests.support.world import World


def test_compensating_takes_the_order_over(terminal: Terminal, world: World) -> None:
    order = world.place()

    ran = terminal.run("compensate", order.order_id, "-y", "-o", "json", who="operator")

    assert (ran.code, ran.json["epoch"]) == (0, 2)
    assert world.now(order).stage is Stage.COMPENSATING


def test_resume_continues_an_order_whose_execution_failed_and_leaves_a_running_one(
    terminal: Terminal, world: World
) -> None:
    order = world.place()
    runs = terminal.run("resume", order.order_id, who="operator")
    world.engine.end(order, ExecutionStatus.FAILED)

    ran = terminal.run("resume", order.order_id, who="operator")

    assert "its execution runs" in runs.out
    assert (ran.code, ran.out) == (0, f"{order.order_id}: continues in execution 2\n")


def test_abort_stops_the_execution_and_says_that_the_janitor_compensates(
    terminal: Terminal, world: World
) -> None:
    order = world.place()

    ran = terminal.run("abort", order.order_id, "-y", who="operator")

    assert "stopped; the janitor compensates it" in ran.out
    assert world.engine.running == set()


@pytest.mark.parametrize("typed", ["", "n\n"])
@pytest.mark.parametrize("command", ["compensate", "abort"])
def test_nothing_is_stopped_without_a_yes(
    terminal: Terminal, world: World, monkeypatch: pytest.MonkeyPatch, command: str, typed: str
) -> None:
    monkeypatch.setattr("sys.stdin", StringIO(typed))

    ran = terminal.run(command, world.place().order_id, who="operator")

    assert (ran.code, ran.out) == (1, "")
    assert "✗ nothing was done" in ran.err
    assert terminal.wire.sent == []


def test_the_drain_report_counts_orders_and_executions_per_version(
    terminal: Terminal, world: World
) -> None:
    world.place(version="v1")
    world.place(version="v2")

    report = terminal.run("versions", "-o", "json", who="operator").json

    assert report["open_orders"] == {"v1": 1, "v2": 1}
    table = terminal.run("versions", who="operator").out
    assert "open orders at awaiting-approval  v1 (supported)  1" in table


def test_the_drain_report_shows_orders_of_a_version_that_the_release_does_not_have(
    terminal: Terminal, world: World
) -> None:
    world.place(version="v9")

    ran = terminal.run("versions", who="operator")

    assert ["open", "orders", "v9", "(unknown)", "1"] in [
        line.split() for line in ran.out.splitlines()
    ]


def test_load_measures_every_order(terminal: Terminal, world: World) -> None:
    ran = terminal.run("load", "-n", "6", "-c", "2", "-i", "MUG-RED", "-o", "json")

    assert ran.json["answers"] == {"placed": 6}
    assert sum(ran.json["histogram"].values()) == 6  # type: ignore[attr-defined]
    assert len(world.engine.started) == 6


def test_load_pays_with_the_method_that_is_named(terminal: Terminal) -> None:
    terminal.run("load", "-n", "1", "-i", "MUG-RED", "--pay-with", "pm_card_visa")

    [placed] = [json.loads(one.content) for one in terminal.wire.sent if one.method == "POST"]
    assert placed["payment_method"] == "pm_card_visa"


def test_load_prints_the_rejections(terminal: Terminal) -> None:
    ran = terminal.run("load", "-n", "2", "-i", "NO-SUCH", "-o", "json")

    assert ran.code == 1
    assert "2 of 2 were not placed" in ran.err


def test_load_stops_when_the_api_does_not_answer(terminal: Terminal) -> None:
    terminal.wire.down = True

    ran = terminal.run("load", "-n", "500", "-c", "1", "-o", "json")

    assert (ran.code, ran.out) == (4, "")
    assert "stopped: 0 of 500 orders were placed" in ran.err
    assert len(terminal.wire.sent) == 1


def test_load_continues_after_a_temporary_error(terminal: Terminal) -> None:
    terminal.wire.answers = [httpx.Response(503, text="<html>")]

    ran = terminal.run("load", "-n", "3", "-c", "1", "-i", "MUG-RED", "-o", "json")

    assert ran.code == 1
    assert "1 of 3 were not placed" in ran.err


def test_ctrl_c_stops_a_load(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(live: Live, *_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Live, "update", interrupt)

    ran = terminal.run("load", "-n", "500", "-c", "1", "-i", "MUG-RED", "-o", "json")

    assert ran.code != 0
    assert ran.out == ""
    assert "stopped: 1 of 500 orders were placed" in ran.err
    assert len(terminal.wire.sent) == 1


def test_the_doctor_finds_nothing_wrong(terminal: Terminal) -> None:
    ran = terminal.run("doctor", "-o", "json")

    assert ran.code == 0
    checks = {one["check"]: one["ok"] for one in ran.json["findings"]}  # type: ignore[attr-defined]
    assert checks == dict.fromkeys(
        ("profile", "health", "console", "token", "orders", "compensation"), True
    )


def test_the_doctor_fails_for_a_stuck_compensation_only(terminal: Terminal, world: World) -> None:
    order = world.place(Stage.COMPENSATING)
    under_way = terminal.run("doctor", who="operator")
    ledger = {name: replace(one, stuck=True) for name, one in order.ledger.items()}
    world.store.put(replace(order, ledger=ledger))

    stuck = terminal.run("doctor", who="operator")

    assert under_way.code == 0
    assert "1 under way, none stuck" in under_way.out
    assert stuck.code == 4
    assert f"1 of 1 stuck: `orders describe {order.order_id}`" in stuck.out
    assert "these checks failed: compensation" in stuck.err
