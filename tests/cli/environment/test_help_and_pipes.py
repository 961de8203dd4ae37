"""Help texts, the version, and tables without a terminal."""

import re
from importlib.metadata import version

import pytest

from lambdas.domain.record.stages import Stage
from tests.cli.commands import commands
from tests.cli.terminal import Terminal
from tests.support.execution_histories import HistoryBuilder
from tests.support.world import World

TYPE = r"<[a-z][^|>\n]*>"
"""The type of a value in a help: `<int range>`. A choice, `<table|json>`, names its values."""


@pytest.mark.parametrize("command", ["", "batch", *commands()])
def test_help_has_an_output_option_no_types_of_flags_and_no_braces(
    terminal: Terminal, command: str
) -> None:
    for option in ("-h", "--help"):
        ran = terminal.run(*command.split(), option, who=None)

        assert (ran.code, "--output" in ran.out) == (0, command in commands())
        assert "{" not in ran.out
        assert re.findall(TYPE, ran.out) == []


def test_the_version_is_that_of_the_installed_package(terminal: Terminal) -> None:
    ran = terminal.run("--version", who=None)

    assert (ran.code, ran.out) == (0, f"orders {version('order-workflow')}\n")


@pytest.mark.parametrize(
    "command",
    [("list",), ("describe", "ID"), ("history", "ID"), ("timeline", "ID"), ("items", "ID")],
)
def test_lines_in_a_pipe_have_no_trailing_spaces(
    terminal: Terminal, world: World, command: tuple[str, ...]
) -> None:
    order = world.place(Stage.COMPLETED)

    ran = terminal.run(*(one.replace("ID", order.order_id) for one in command), who="operator")

    assert [line for line in ran.out.splitlines() if line != line.rstrip()] == []


def test_a_table_in_a_pipe_has_one_line_per_row_of_any_length(
    terminal: Terminal, world: World
) -> None:
    order = world.place(Stage.FAILED)
    error = "Provider" + "Unavailable" * 20
    history = HistoryBuilder().route("RouteStart").failing("ProcessPayment", error[:80])
    world.engine.histories[order.execution] = tuple(history.events)

    lines = terminal.run("history", order.order_id, who="operator").out.splitlines()

    assert any("ProcessPayment" in line and line.endswith(error[:80]) for line in lines)
