"""Restore the tables of a stack to a point in time: `make restore`. docs/operations.md has the
runbook. Without `--replace` the present tables stay as they are.
"""

import argparse
import sys
import time
from collections.abc import Iterator, Sequence
from datetime import datetime

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from tools.table_restore.comparison import Comparison
from tools.table_restore.restore import TABLES, RestoreRefused, TableRestore


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tools.table_restore", description=__doc__)
    parser.add_argument("stack", help="name of the stack, e.g. OrderWorkflow-staging")
    parser.add_argument("at", type=datetime.fromisoformat, help="e.g. 2026-11-28T09:00:00+00:00")
    parser.add_argument("--replace", action="store_true", help="replace the present items")
    options = parser.parse_args(arguments)
    if options.at.tzinfo is None:
        parser.error("name the offset of the time, e.g. +00:00")
    try:
        restore = _restore(options.stack, options.at)
        restore.copy()
        for line in lines(restore.compare()):
            print(line)
        if options.replace:
            restore.replace()
            print("The tables have the restored items. Start the writers: the janitor continues.")
    except (BotoCoreError, ClientError, LookupError, RestoreRefused) as error:
        print(f"the tables were not restored: {error}", file=sys.stderr)
        return 1
    return 0


def lines(comparison: Comparison) -> Iterator[str]:
    """The comparison for the terminal."""
    yield _line("orders are lost: place them again", comparison.lost)
    yield _line("payments are unknown: refund them at the provider", comparison.unknown_payments)
    yield _line("open orders continue", comparison.continued)
    yield _line("SKUs differ from the orders: correct the stock", comparison.stock)


def _line(text: str, names: list[str]) -> str:
    return f"{len(names)} {text}" + (f": {', '.join(names)}" if names else "")


def _restore(stack: str, at: datetime) -> TableRestore:
    """Raises LookupError for a stack that is no order workflow."""
    (found,) = boto3.client("cloudformation").describe_stacks(StackName=stack)["Stacks"]
    listed = found.get("Outputs", [])
    outputs = {output.get("OutputKey"): output.get("OutputValue", "") for output in listed}
    names = {name: outputs.get(f"{name.capitalize()}Table", "") for name in TABLES}
    if not all(names.values()):
        raise LookupError(f"stack {stack} has no output OrdersTable: is it an order workflow?")
    machine = outputs["StateMachineArn"]
    return TableRestore(
        database=boto3.resource("dynamodb"),
        tables=names,
        at=at,
        running=lambda: _running(machine),
        now=lambda: time.time_ns() // 1_000_000,
    )


def _running(machine: str) -> int:
    pages = boto3.client("stepfunctions").get_paginator("list_executions")
    found = pages.paginate(stateMachineArn=machine, statusFilter="RUNNING")
    return sum(len(page["executions"]) for page in found)


if __name__ == "__main__":
    sys.exit(main())
