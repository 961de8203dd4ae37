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
from cli.output import print_in_any_encoding, show_problem, wants_json
from cli.problems import Problem, Refused, WrongUsage

_HELP = """Place, approve, watch and explain orders.

The API is named by ORDERS_API_URL, the caller by ORDERS_TOKEN, or both by a profile that
`orders login` makes. On this machine: eval "$(python -m local env)".

Exit codes: 0 done, 1 refused by the server, 2 wrong usage, 3 not found, 4 unreachable.
Every command knows -o json. Its errors are an object too, on the last line of stderr.
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
    print_in_any_encoding()
    as_json = wants_json(sys.argv[1:])
    try:
        sys.exit(_for_scripts() if as_json else app())
    except Problem as problem:
        show_problem(problem, as_json=as_json)
        sys.exit(problem.exit_code)


def _for_scripts() -> int:
    """Run it with the parser's complaints as problems like any other. Raises Problem."""
    try:
        return app(standalone_mode=False) or 0
    except typer.TyperException as error:
        raise WrongUsage(error.format_message(), advice="`--help` shows what it takes") from error
    except typer.Abort as error:
        raise Refused("broken off", advice="run it again") from error
