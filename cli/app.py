"""The command line `orders`."""

import os
import sys
from collections.abc import Callable
from importlib.metadata import version as installed_version
from typing import Annotated

import typer

from cli.arguments import Command, Group
from cli.commands import auth
from cli.commands.admin.app import admin
from cli.commands.explain.classify import classify
from cli.commands.explain.export import export
from cli.commands.explain.history import history
from cli.commands.operate import ops
from cli.commands.operate.batch import batch
from cli.commands.operate.doctor import doctor
from cli.commands.operate.load import load
from cli.commands.operate.resend import resend
from cli.commands.operate.settle import settle
from cli.commands.order.add_item import add_item
from cli.commands.order.approve import approve
from cli.commands.order.cancel import cancel
from cli.commands.order.decline import decline
from cli.commands.order.place import place
from cli.commands.order.send import send
from cli.commands.order.signals import signals
from cli.commands.read.catalogue import catalogue
from cli.commands.read.describe import describe
from cli.commands.read.events import events
from cli.commands.read.items import items
from cli.commands.read.list import list_orders
from cli.commands.read.status import status
from cli.commands.read.timeline import timeline
from cli.commands.read.wait import wait
from cli.commands.read.watch import watch
from cli.problems import Defect, Problem, Refused, WrongUsage
from cli.terminal.output import print_line, show_problem, wants_json
from cli.terminal.streams import (
    INTERRUPTED,
    PIPE_CLOSED,
    discard,
    replace_unencodable,
    require_stdout,
)

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

_PANELS: dict[str, dict[str, Callable[..., None]]] = {
    "Order": {
        "place": place,
        "approve": approve,
        "decline": decline,
        "cancel": cancel,
        "add-item": add_item,
        "send": send,
        "signals": signals,
    },
    "Read": {
        "catalogue": catalogue,
        "list": list_orders,
        "status": status,
        "items": items,
        "describe": describe,
        "timeline": timeline,
        "events": events,
        "watch": watch,
        "wait": wait,
    },
    "Explain": {"history": history, "classify": classify, "export": export},
    "Operate": {
        "compensate": ops.compensate,
        "resume": ops.resume,
        "abort": ops.abort,
        "settle": settle,
        "resend": resend,
        "versions": ops.versions,
        "doctor": doctor,
        "load": load,
    },
    "Sign in": {
        "login": auth.login,
        "logout": auth.logout,
        "profiles": auth.list_profiles,
    },
}
for panel, commands in _PANELS.items():
    for name, command in commands.items():
        app.command(name, cls=Command, rich_help_panel=panel)(command)
app.add_typer(admin, name="admin", rich_help_panel="Operate")
app.add_typer(batch, name="batch", rich_help_panel="Operate")


def _version(requested: bool) -> None:
    if requested:
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
    sys.exit(_run_and_report(wants_json(sys.argv[1:])))


def _run_and_report(as_json: bool) -> int:
    """Run the command, print a problem if one is raised, and return the exit code."""
    try:
        require_stdout()
        code = _run()
        sys.stdout.flush()
    except BrokenPipeError:
        discard(sys.stdout)
        discard(sys.stderr)
        return PIPE_CLOSED
    except KeyboardInterrupt:
        return INTERRUPTED
    except Problem as problem:
        return _report_problem(problem, as_json=as_json)
    except OSError as error:
        discard(sys.stdout)
        return _report_problem(_output_problem(error), as_json=as_json)
    except Exception as error:
        if os.environ.get("ORDERS_TRACEBACK"):
            raise
        return _report_problem(Defect(error), as_json=as_json)
    return code


def _run() -> int:
    """Run the command line; parser errors become problems. Raises Problem."""
    try:
        return app(standalone_mode=False) or 0
    except typer.TyperException as error:
        message = error.format_message().replace("Value error, ", "")  # a prefix of Pydantic
        if not message:  # no arguments: the help is printed already
            return WrongUsage.exit_code
        context = getattr(error, "ctx", None)
        command = context.command_path if context else _typed_command()
        advice = f"`{command} --help` shows its arguments and options"
        raise WrongUsage(message, advice=advice) from error
    except SystemExit as ended:  # typer's own: 0 after a completion, 1 for a broken pipe
        if ended.code:
            raise BrokenPipeError from ended
        return 0
    except typer.Abort as error:
        raise Refused("aborted", advice="run the command again") from error


def _typed_command() -> str:
    """The command of an error that does not name it: `Option '-i' requires an argument.`"""
    first = next(iter(sys.argv[1:]), "")
    known = {name for commands in _PANELS.values() for name in commands}
    return f"orders {first}" if first in known else "orders"


def _report_problem(problem: Problem, *, as_json: bool) -> int:
    show_problem(problem, as_json=as_json)
    return problem.exit_code


def _output_problem(error: OSError) -> WrongUsage:
    """An OSError that no other code handled comes from writing the output."""
    where = error.filename or "the output cannot be written"
    return WrongUsage(
        f"{where}: {error.strerror or error}",
        advice="the command took effect all the same (`orders list`); write to another place",
    )
