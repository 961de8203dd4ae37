"""Check or erase the data of a customer: `make erase`. docs/operations.md has the runbook."""

import argparse
import secrets
import sys
import time
from collections.abc import Sequence

from botocore.exceptions import BotoCoreError, ClientError

from cli.terminal.streams import run_program
from tools.aws.account import Account, AccountProblem, caller_session
from tools.customer_erasure.erasure import CustomerErasure, ErasureRefused


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tools.customer_erasure", description=__doc__)
    parser.add_argument("stack", help="name of the stack, e.g. OrderWorkflow-staging")
    parser.add_argument("customer", help="the customer's id")
    parser.add_argument("--erase", action="store_true", help="erase instead of checking")
    options = parser.parse_args(arguments)
    try:
        print(run(_erasure(options.stack), options.customer, erase=options.erase))
    except (AccountProblem, BotoCoreError, ClientError, ErasureRefused) as error:
        print(f"the data of {options.customer} were not erased: {error}", file=sys.stderr)
        return 1
    return 0


def run(erasure: CustomerErasure, customer: str, *, erase: bool) -> str:
    """Check or erase; returns one sentence for the terminal. Raises ErasureRefused."""
    if not erase:
        orders = erasure.check(customer)
        return f"{len(orders)} orders of {customer} have ended: --erase erases the data"
    return f"{erasure.erase(customer)} orders of {customer} erased, and its record"


def _erasure(stack: str) -> CustomerErasure:
    """Raises AccountProblem."""
    tables = ("OrdersTable", "CustomersTable")
    outputs = Account.of_caller().require_outputs(stack, *tables)
    database = caller_session().resource("dynamodb")
    orders, customers = (database.Table(outputs[name]) for name in tables)
    return CustomerErasure(
        orders,
        customers,
        new_pseudonym=lambda: f"erased-{secrets.token_hex(8)}",
        now=lambda: time.time_ns() // 1_000_000,
    )


if __name__ == "__main__":
    run_program(main)
