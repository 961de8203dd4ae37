"""The command line `orders`."""

import sys
from collections.abc import Callable

import typer

from cli.commands import (
    batches,
    examining,
    explaining,
    loading,
    operating,
    ordering,
    reading,
    signing_in,
    waiting,
)
from cli.output import show_problem
from cli.problems import Problem

_HELP = """Place, approve, watch and explain orders.

The API is named by ORDERS_API_URL, the caller by ORDERS_TOKEN, or both by a profile that
`orders login` makes. On this machine: eval "$(python -m local env)".

Exit codes: 0 done, 1 refused by the server, 2 wrong usage, 3 not found, 4 unreachable.
Every command knows -o json.
"""

app = typer.Typer(
    name="orders",
    help=_HELP,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    context_settings={"help_option_names": ["-h", "--help"]},
)

_PANELS: dict[str, dict[str, Callable[..., None]]] = {
    "Order": {
        "place": ordering.place,
        "approve": ordering.approve,
        "cancel": ordering.cancel,
        "add-item": ordering.add_item,
        "signal": ordering.signal,
    },
    "Look": {
        "list": reading.list_orders,
        "status": reading.status,
        "items": reading.items,
        "describe": reading.describe,
        "timeline": reading.timeline,
        "watch": waiting.watch,
        "wait": waiting.wait,
    },
    "Explain": {
        "history": explaining.history,
        "classify": explaining.classify,
        "export": explaining.export,
    },
    "Operate": {
        "compensate": operating.compensate,
        "abort": operating.abort,
        "versions": operating.versions,
        "doctor": examining.doctor,
        "load": loading.load,
    },
    "Sign in": {
        "login": signing_in.login,
        "logout": signing_in.logout,
        "profiles": signing_in.list_profiles,
    },
}
for panel, commands in _PANELS.items():
    for name, command in commands.items():
        app.command(name, rich_help_panel=panel)(command)
app.add_typer(batches.batch, name="batch", rich_help_panel="Operate")


def main() -> None:
    """Run the command line; ends the process with the exit code that its help names."""
    try:
        app()
    except Problem as problem:
        show_problem(problem)
        sys.exit(problem.exit_code)
