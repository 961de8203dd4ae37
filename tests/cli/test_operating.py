"""compensate, abort, versions, batch, load, doctor."""

import pytest

from lambdas.domain.stages import Stage
from tests.cli.terminal import Terminal
from tests.support.world import World


def test_compensating_takes_the_order_over(terminal: Terminal, world: World) -> None:
    order = world.place()

    ran = terminal.run("compensate", order.order_id, "-y", "-o", "json", who="operator")

    assert (ran.code, ran.json["epoch"]) == (0, 2)
    assert world.now(order).stage is Stage.COMPENSATING


def test_aborting_stops_the_execution_and_says_who_compensates(
    terminal: Terminal, world: World
) -> None:
    order = world.place()

    ran = terminal.run("abort", order.order_id, "-y", who="operator")

    assert "stopped; the janitor compensates it" in ran.out
    assert world.engine.running == set()


def test_abort_and_cancel_say_how_they_differ(terminal: Terminal) -> None:
    abort, cancel = (terminal.run(name, "--help").out for name in ("abort", "cancel"))

    assert "To end an order in good order use" in abort
    assert "emergency brake" in cancel


@pytest.mark.parametrize("command", ["compensate", "abort"])
def test_nothing_is_stopped_without_a_yes(
    terminal: Terminal, world: World, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    order = world.place()
    monkeypatch.setattr("typer.confirm", refuse)

    ran = terminal.run(command, order.order_id, who="operator")

    assert ran.code == 1
    assert terminal.wire.sent == []


def refuse(question: str, **options: object) -> None:
    raise SystemExit(1)


def test_the_drain_report_tells_what_runs_which_version(terminal: Terminal, world: World) -> None:
    world.place(version="v1")
    world.place(version="v2")

    report = terminal.run("versions", "-o", "json", who="operator").json

    assert report["open_orders"] == {"v1": 1, "v2": 1}


def test_a_batch_cancels_what_its_filters_name_and_once_only(
    terminal: Terminal, world: World
) -> None:
    old, new = world.place(version="v1"), world.place(version="v2")
    asked = ("batch", "cancel", "-r", "recall", "--filter", "version=v1", "-y", "-o", "json")

    first, again = (terminal.run(*asked, who="operator") for _ in range(2))

    assert first.json["orders"] == [{"order_id": old.order_id, "done": True, "why": None}]
    assert again.code == 0
    assert (len(world.now(old).inbox), len(world.now(new).inbox)) == (1, 0)


def test_a_dry_run_names_the_orders_and_changes_nothing(terminal: Terminal, world: World) -> None:
    order = world.place()
    world.place(Stage.COMPLETED)

    ran = terminal.run(
        "batch",
        "cancel",
        "-r",
        "x",
        "--filter",
        "customer=alice",
        "--dry-run",
        "-o",
        "json",
        who="operator",
    )

    assert ran.json == {"orders": [order.order_id]}
    assert world.now(order).inbox == ()


def test_a_batch_needs_filters_that_exist(terminal: Terminal) -> None:
    none = terminal.run("batch", "cancel", "-r", "x", who="operator")
    wrong = terminal.run("batch", "cancel", "-r", "x", "--filter", "colour=red", who="operator")

    assert (none.code, wrong.code) == (2, 2)
    assert "--filter stage=awaiting-approval" in none.err
    assert "stage, customer, version, older" in wrong.err


def test_load_measures_every_order(terminal: Terminal, world: World) -> None:
    ran = terminal.run("load", "-n", "6", "-c", "2", "-i", "MUG-RED", "-o", "json")

    assert ran.json["answers"] == {"placed": 6}
    assert sum(ran.json["histogram"].values()) == 6  # type: ignore[attr-defined]
    assert len(world.engine.started) == 6


def test_load_says_what_was_refused(terminal: Terminal) -> None:
    ran = terminal.run("load", "-n", "2", "-i", "NO-SUCH", "-o", "json")

    assert ran.code == 1
    assert "2 of 2 were not placed" in ran.err


def test_the_doctor_finds_nothing_wrong(terminal: Terminal) -> None:
    ran = terminal.run("doctor", "-o", "json")

    assert ran.code == 0
    checks = {one["check"]: one["ok"] for one in ran.json["findings"]}  # type: ignore[attr-defined]
    assert checks == dict.fromkeys(("profile", "health", "token", "orders", "compensation"), True)


def test_the_doctor_names_what_is_wrong(terminal: Terminal) -> None:
    terminal.wire.down = True

    ran = terminal.run("doctor")

    assert ran.code == 4
    assert "✗ health" in ran.out.replace("  ", " ")
    assert "something is wrong: health, orders" in ran.err
