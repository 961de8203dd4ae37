"""The command line `orders`."""

import os
import sys
from collections.abc import Callable
from importlib.metadata import version as installed_version
from typing import Annotated

import typer

from cli.arguments import Command, Group
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
from cli.output import print_line, show_problem, wants_json
from cli.problems import Defect, Problem, Refused, WrongUsage
from cli.streams import discard, replace_unencodable, require_stdout

_HELP = """Place, approve, watch and explain orders.

Set ORDERS_API_URL and ORDERS_TOKEN, or create a profile with `orders login`. For the local
environment: eval "$(python -m local env)".

Exit codes: 0 done, 1 refused, 2 wrong usage, 3 not found, 4 unreachable, 5 not signed in,
70 defect of the command itself, 130 interrupted, 141 the reader of the output has ended.
Every command accepts -o json. Errors are then a JSON object on the last line of stderr.
"""

app = typer.Typer(
    name="orders",
    cls=Group,
    help=_HELP,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    context_settings={"help_option_names": ["-h", "--help"]},
)

INTERRUPTED, PIPE_CLOSED = 130, 141
"""The codes that shells report for SIGINT and SIGPIPE: 128 plus the number of the signal."""

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
        app.command(name, cls=Command, rich_help_panel=panel)(command)
app.add_typer(batches.batch, name="batch", rich_help_panel="Operate")


def _version(asked: bool) -> None:
    if asked:
        print_line(f"orders {installed_version('order-workflow')}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[  # the callback of the option uses it
        bool,
        typer.Option("--version", help="Print the version.", callback=_version, is_eager=True),
    ] = False,
) -> None:
    """Options of `orders` itself."""


def main() -> None:
    """Run the command line and exit with one of the documented exit codes."""
    replace_unencodable()
    sys.exit(_completed(wants_json(sys.argv[1:])))


def _completed(as_json: bool) -> int:
    """Run the command, print a problem if one is raised, and return the exit code."""
    try:
        require_stdout()
        code = _run()
        sys.stdout.flush()
    except (BrokenPipeError, SystemExit):  # typer ends the process for a broken pipe itself
        discard(sys.stdout)
        discard(sys.stderr)
        return PIPE_CLOSED
    except KeyboardInterrupt:
        return INTERRUPTED
    except Problem as problem:
        return _failed(problem, as_json=as_json)
    except OSError as error:
        discard(sys.stdout)
        return _failed(_not_written(error), as_json=as_json)
    except Exception as error:
        if os.environ.get("ORDERS_TRACEBACK"):
            raise
        return _failed(Defect(error), as_json=as_json)
    return code


def _run() -> int:
    """Run the command line; parser errors become problems. Raises Problem."""
    try:
        return app(standalone_mode=False) or 0
    except typer.TyperException as error:
        message = error.format_message()
        if not message:  # no arguments: the help is printed already
            return WrongUsage.exit_code
        context = getattr(error, "ctx", None)
        command = context.command_path if context else "orders"
        advice = f"`{command} --help` shows its arguments and options"
        raise WrongUsage(message, advice=advice) from error
    except typer.Abort as error:
        raise Refused("aborted", advice="run the command again") from error


def _failed(problem: Problem, *, as_json: bool) -> int:
    show_problem(problem, as_json=as_json)
    return problem.exit_code


def _not_written(error: OSError) -> WrongUsage:
    """An OSError that no other code handled comes from writing the output."""
    where = error.filename or "the output cannot be written"
    return WrongUsage(
        f"{where}: {error.strerror or error}",
        advice="the command took effect all the same (`orders list`); write to another place",
    )
