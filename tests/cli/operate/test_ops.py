"""compensate, resume, abort, versions, load."""

import json

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


def test_the_drain_report_counts_the_orders_of_every_version(
    terminal: Terminal, world: World
) -> None:
    for version in ("v1", "v2", "v9"):  # this release has no v9
        world.place(version=version)

    report = terminal.run("versions", "-o", "json", who="operator").json
    table = terminal.run("versions", who="operator").out

    assert report["open_orders"] == {"v1": 1, "v2": 1, "v9": 1}
    assert "open orders at awaiting-approval  v1 (supported)  1" in table
    assert ["open", "orders", "v9", "(unknown)", "1"] in [x.split() for x in table.splitlines()]


def test_load_measures_every_order_and_pays_with_the_method_that_is_named(
    terminal: Terminal, world: World
) -> None:
    words = ("-n", "6", "-c", "2", "-i", "MUG-RED", "--pay-with", "pm_card_visa", "-o", "json")

    ran = terminal.run("load", *words)

    assert ran.json["answers"] == {"placed": 6}
    assert sum(ran.json["histogram"].values()) == 6  # type: ignore[attr-defined]
    assert len(world.engine.started) == 6
    placed = [json.loads(one.content) for one in terminal.wire.sent if one.method == "POST"]
    assert {one["payment_method"] for one in placed} == {"pm_card_visa"}


@pytest.mark.parametrize(
    ("sku", "answers", "said"),
    [
        ("NO-SUCH", [], "3 of 3 were not placed"),
        ("MUG-RED", [httpx.Response(503, text="<html>")], "1 of 3 were not placed"),
    ],
    ids=["rejections", "a temporary error"],
)
def test_load_continues_after_errors_and_counts_them(
    terminal: Terminal, sku: str, answers: list[httpx.Response], said: str
) -> None:
    terminal.wire.answers = answers

    ran = terminal.run("load", "-n", "3", "-c", "1", "-i", sku, "-o", "json")

    assert ran.code == 1
    assert said in ran.err


def test_load_stops_when_the_api_does_not_answer(terminal: Terminal) -> None:
    terminal.wire.down = True

    ran = terminal.run("load", "-n", "500", "-c", "1", "-o", "json")

    assert (ran.code, ran.out) == (4, "")
    assert "stopped: 0 of 500 orders were placed" in ran.err
    assert len(terminal.wire.sent) == 1


def test_ctrl_c_stops_a_load(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(live: Live, *_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Live, "update", interrupt)

    ran = terminal.run("load", "-n", "500", "-c", "1", "-i", "MUG-RED", "-o", "json")

    assert ran.code != 0
    assert ran.out == ""
    assert "stopped: 1 of 500 orders were placed" in ran.err
    assert len(terminal.wire.sent) == 1
