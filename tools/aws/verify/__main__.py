"""Smoke test of a deployed stack: `make verify-aws STACK=OrderWorkflow-staging`.

It checks what an emulator cannot show, among others the authorizer, IAM, the alias, the event of a
stopped execution, and an alarm that reaches its topic. It places orders of one cent with the
sandbox provider, and creates users that it deletes. Refused in production.
"""

import argparse
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing

import httpx
from botocore.exceptions import BotoCoreError, ClientError

from cli.client.api import Api
from cli.commands.admin.user_pool import UserPool
from cli.problems import Problem
from cli.terminal.streams import run_program
from tools.aws.account import Account, AccountProblem
from tools.aws.first_data import Deployment, temporary_user
from tools.aws.verify.stack import MAILBOX, SKU, UNITS, CheckFailed, Stack
from tools.aws.verify.table import CHECKS, Check


def verify(stack: Stack, checks: Sequence[Check] = CHECKS) -> list[str]:
    """Run every check and print its result. Returns the names of the failed ones."""
    return list(_failures(stack, checks))


def _failures(stack: Stack, checks: Sequence[Check]) -> Iterator[str]:
    for check in checks:
        begun = time.monotonic()
        try:
            finding = check.run(stack)
        except (CheckFailed, Problem, BotoCoreError, ClientError, httpx.HTTPError) as error:
            print(f"✗ {check.name}: {error}\n  → {check.advice}")
            yield check.name
        else:
            took = f"{time.monotonic() - begun:.0f} s"
            print(f"✓ {check.name} ({took})" + (f": {finding}" if finding else ""))


def run(
    account: Account,
    name: str,
    *,
    api_url: str = "",
    checks: Sequence[Check] = CHECKS,
    parallel: int = 30,
) -> list[str]:
    """Verify a stack with temporary users. Returns the names of the failed checks.

    Raises AccountProblem.
    """
    if name.endswith("-production"):
        raise AccountProblem("production is not verified by test orders: name another stack")
    outputs = account.outputs(name)
    pool = UserPool(account.sessions.client("cognito-idp"), outputs["UserPoolId"])
    deployment = Deployment(pool, outputs["UserPoolClientId"], api_url or outputs["ApiUrl"])
    with ExitStack() as opened:
        users = {
            role: opened.enter_context(temporary_user(deployment, role))
            for role in ("customer", "approver", "operator")
        }
        apis = {
            role: opened.enter_context(closing(Api(deployment.api_url, user.access_token)))
            for role, user in users.items()
        }
        stack = Stack(
            account=account,
            name=name,
            outputs=outputs,
            deployment=deployment,
            approver_token=users["approver"].access_token,
            user=users["customer"],
            customer=apis["customer"],
            approver=apis["approver"],
            operator=apis["operator"],
            parallel=parallel,
        )
        _prepare(stack)
        return verify(stack, checks)


def main(arguments: Sequence[str]) -> int:
    """The command line; returns the exit status. Without a stack it prints the checks."""
    parser = argparse.ArgumentParser(prog="python -m tools.aws.verify", description=__doc__)
    parser.add_argument("stack", nargs="?", help="name of the stack, e.g. OrderWorkflow-staging")
    parser.add_argument("--list", action="store_true", help="list the checks")
    options = parser.parse_args(arguments)
    if options.list or options.stack is None:
        for check in CHECKS:
            print(f"{check.name}: {check.text}\n  → {check.advice}")
        return 0
    try:
        account = Account.of_caller()
        account.identify()
        failed = run(account, options.stack)
    except (AccountProblem, Problem, BotoCoreError, ClientError) as error:
        print(error, file=sys.stderr)
        return 1
    print(f"{len(CHECKS) - len(failed)} of {len(CHECKS)} checks passed")
    return 1 if failed else 0


def _prepare(stack: Stack) -> None:
    """A product with units for the orders, and a record for the temporary customer."""
    product = {"name": "Test of the deployment", "unit_price_minor": 1, "currency": "EUR"}
    stack.operator.put(f"/ops/products/{SKU}", product)
    change = {"change": UNITS, "reason": "test of the deployment"}
    stack.operator.post_once(f"/ops/products/{SKU}/corrections", change, f"v-{time.time_ns()}")
    customer = {"customer_id": stack.user.name, "tier": "new", "name": "Test", "email": MAILBOX}
    stack.operator.post("/ops/customers", customer)


if __name__ == "__main__":
    run_program(lambda: main(sys.argv[1:]))
