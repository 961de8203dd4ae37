"""batch cancel, and export with filters."""

import json
from io import StringIO
from pathlib import Path

import pytest

from lambdas.domain.record.stages import Stage
from tests.cli.terminal import Terminal
from tests.support.world import World


def test_a_batch_cancels_the_matching_orders_once(terminal: Terminal, world: World) -> None:
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


def test_a_batch_requires_valid_filters(terminal: Terminal) -> None:
    none = terminal.run("batch", "cancel", "-r", "x", who="operator")
    wrong = terminal.run("batch", "cancel", "-r", "x", "--filter", "colour=red", who="operator")

    assert (none.code, wrong.code) == (2, 2)
    assert "--filter stage=awaiting-approval" in none.err
    assert "stage, outcome, customer, version, older" in wrong.err


def test_the_limit_of_a_batch_counts_matching_orders_only(
    terminal: Terminal, world: World, tmp_path: Path
) -> None:
    _, wanted = world.place(version="v1"), world.place(version="v1")
    for _ in range(101):
        world.place(version="v2", items=())
    filters = ("-n", "1", "--filter", "version=v1", "--dry-run", "-o", "json")

    cancelled = terminal.run("batch", "cancel", "-r", "x", *filters, who="operator")
    exported = terminal.run("export", str(tmp_path / "h"), *filters, who="operator")

    assert cancelled.json == exported.json == {"orders": [wanted.order_id]}


def test_orders_that_accept_no_cancel_do_not_count_for_the_limit(
    terminal: Terminal, world: World
) -> None:
    order = world.place()
    world.place(Stage.COMPLETED)

    ran = terminal.run(
        *("batch", "cancel", "-r", "x", "--filter", "customer=alice", "-n", "1", "--dry-run"),
        who="operator",
    )

    assert ran.out.split() == [order.order_id]
    assert "1 orders" in ran.err


def test_no_more_pages_are_read_than_the_limit_needs(terminal: Terminal, world: World) -> None:
    for _ in range(101):
        world.place(items=())

    terminal.run(
        *("batch", "cancel", "-r", "x", "--filter", "version=v2", "-n", "2", "--dry-run"),
        who="operator",
    )

    assert len(terminal.wire.sent) == 1


@pytest.mark.parametrize("command", [("batch", "cancel", "-r", "x"), ("export", "h")])
def test_two_filters_of_one_field_are_wrong_usage(
    terminal: Terminal, command: tuple[str, ...]
) -> None:
    filters = ("--filter", "customer=alice", "--filter", "customer=bob")

    ran = terminal.run(*command, *filters, who="operator")

    assert (ran.code, ran.out) == (2, "")
    assert "two filters name customer" in ran.err
    assert terminal.wire.sent == []


@pytest.mark.parametrize("minutes", ["²", "٣", "-1", "", "9" * 5_000])
def test_minutes_that_are_not_a_number_are_wrong_usage(terminal: Terminal, minutes: str) -> None:
    ran = terminal.run("batch", "cancel", "-r", "x", "--filter", f"older={minutes}", who="operator")

    assert ran.code == 2
    assert "is not a filter" in ran.err


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


def test_an_unknown_stage_in_a_filter_is_wrong_usage(terminal: Terminal) -> None:
    ran = terminal.run(
        *("batch", "cancel", "-r", "x", "--filter", "stage=waiting", "--dry-run"), who="operator"
    )

    assert (ran.code, ran.out) == (2, "")
    assert "one of: start, enrichment" in ran.err
    assert terminal.wire.sent == []


def test_a_batch_without_a_yes_cancels_nothing(
    terminal: Terminal, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = world.place()
    monkeypatch.setattr("sys.stdin", StringIO(""))

    ran = terminal.run(
        *("batch", "cancel", "-r", "x", "--filter", "customer=alice"), who="operator"
    )

    assert (ran.code, ran.out) == (1, "")
    assert "nothing was cancelled" in ran.err
    assert world.now(order).inbox == ()


def test_the_help_of_a_batch_says_which_orders_are_left_out(terminal: Terminal) -> None:
    help_text = " ".join(terminal.run("batch", "cancel", "--help").out.split())

    assert "Orders that do not accept a cancel are left out: they have ended" in help_text


@pytest.mark.parametrize("field", ["customer", "version", "stage", "older"])
def test_a_filter_without_a_value_is_wrong_usage(terminal: Terminal, field: str) -> None:
    """Like `--filter customer=$CUSTOMER` with an unset variable."""
    ran = terminal.run("batch", "cancel", "-r", "x", "-y", "--filter", f"{field}=", who="operator")

    assert ran.code == 2
    assert terminal.wire.sent == []
