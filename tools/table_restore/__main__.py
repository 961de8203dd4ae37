"""Restore the tables of a stack to a point in time: `make restore`. docs/operations.md has the
runbook. Without `--replace` the items of the present tables stay as they are.
"""

import argparse
import sys
import time
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import cast

from botocore.exceptions import BotoCoreError, ClientError

from cli.terminal.streams import run_program
from tools.aws.account import Account, AccountProblem, caller_session
from tools.table_restore.comparison import Comparison
from tools.table_restore.restore import TABLES, RestoreRefused, TableRestore
from tools.table_restore.writers import Sessions, Writers


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tools.table_restore", description=__doc__)
    parser.add_argument("stack", help="name of the stack, e.g. OrderWorkflow-staging")
    parser.add_argument("at", type=_instant, help="e.g. 2026-11-28T09:00:00+00:00")
    action = parser.add_mutually_exclusive_group()
    for name, effect in (
        ("--stop-writers", "stop the functions that write, and all executions, before comparing"),
        ("--replace", "replace the present items"),
        ("--start-writers", "start the functions again, and do nothing else"),
    ):
        action.add_argument(name, action="store_true", help=effect)
    options = parser.parse_args(arguments)
    try:
        outputs = Account.of_caller().require_outputs(options.stack, *map(_output, TABLES))
        writers = _writers(options.stack, outputs)
        if options.start_writers:
            writers.start()
            print("The writers run. The janitor continues the open orders.")
            return 0
        if options.stop_writers:
            writers.stop()
        restore = _restore(outputs, options.at, writers)
        restore.copy()
        for line in lines(restore.compare()):
            print(line)
        if options.replace:
            restore.replace()
            print("The tables have the restored items. Start the writers: --start-writers.")
    except (AccountProblem, BotoCoreError, ClientError, RestoreRefused) as error:
        print(f"the tables were not restored: {error}", file=sys.stderr)
        return 1
    return 0


def _instant(text: str) -> datetime:
    """A time with its offset. Raises ArgumentTypeError."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise argparse.ArgumentTypeError(
            f"{text!r} is no time with an offset: write it like 2026-11-28T09:00:00+00:00"
        )
    return at


def lines(comparison: Comparison) -> Iterator[str]:
    """The comparison for the terminal."""
    yield _line("orders are lost: place them again", comparison.lost)
    yield _line("payments are unknown: refund them at the provider", comparison.unknown_payments)
    yield _line("open orders continue", comparison.continued)
    yield _line("SKUs differ from the orders: correct the stock", comparison.stock)


def _line(text: str, names: list[str]) -> str:
    return f"{len(names)} {text}" + (f": {', '.join(names)}" if names else "")


def _writers(stack: str, outputs: dict[str, str]) -> Writers:
    session = cast(Sessions, caller_session())
    return Writers(sessions=session, stack=stack, machine=outputs["StateMachineArn"])


def _restore(outputs: dict[str, str], at: datetime, writers: Writers) -> TableRestore:
    return TableRestore(
        database=caller_session().resource("dynamodb"),
        tables={name: outputs[_output(name)] for name in TABLES},
        at=at,
        active=writers.active,
        now=lambda: time.time_ns() // 1_000_000,
    )


def _output(table: str) -> str:
    return f"{table.capitalize()}Table"


if __name__ == "__main__":
    run_program(main)
