"""Smoke test of a deployed stack: `make verify-aws STACK=OrderWorkflow-staging`.

It checks what an emulator cannot show: the authorizer, IAM, the alias, the event of a stopped
execution, an alarm that reaches its topic. It places three orders of one cent with the sandbox
provider, and creates users that it deletes. Refused in production.
"""

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from typing import Any

import httpx
from botocore.exceptions import BotoCoreError, ClientError

from cli.client.api import Api
from cli.commands.admin.user_pool import UserPool
from cli.problems import Problem
from tools.aws.account import Account, AccountProblem
from tools.aws.first_data import Deployment, TemporaryUser, temporary_user

SKU, UNITS = "VERIFY-AWS", 3
MAILBOX = "success@simulator.amazonses.com"
"""SES accepts e-mails to this address and delivers none. (SES developer guide, "Using the mailbox
simulator")
"""
WAIT_SECONDS = 300.0
"""The janitor runs every minute, and checks a stopped execution at once."""
ENDS = ("completed", "cancelled", "failed")


class CheckFailed(Exception):
    """A check failed; the message says what was found."""


@dataclass(frozen=True, slots=True)
class Stack:
    """The deployment under test, with an API client for each role."""

    account: Account
    outputs: dict[str, str]
    api_url: str
    customer: Api
    approver: Api
    operator: Api
    user: TemporaryUser

    def place(self) -> str:
        """Place an order of one unit, and wait until it waits for approval."""
        body = {"items": [{"sku": SKU, "quantity": 1}], "payment_method": "pm_ok"}
        key = f"verify-{time.time_ns()}"
        order_id = str(self.customer.post_once("/orders", body, key)["order_id"])
        self.wait(order_id, "awaiting-approval")
        return order_id

    def wait(self, order_id: str, *stages: str) -> dict[str, Any]:
        """The order at one of the stages. Raises CheckFailed after WAIT_SECONDS."""
        until = time.monotonic() + WAIT_SECONDS
        while True:
            order = self.operator.get(f"/orders/{order_id}")
            if order["stage"] in stages:
                return order
            if time.monotonic() > until:
                raise CheckFailed(
                    f"order {order_id} is {order['stage']}, not {' or '.join(stages)}"
                )
            time.sleep(1)


Check = Callable[[Stack], None]


def console_is_served(stack: Stack) -> None:
    """The API serves the console with a content security policy."""
    with http(stack) as client:
        page = client.get("/console")
    _require(page.status_code == 200, f"/console answered {page.status_code}")
    _require("content-security-policy" in page.headers, "/console has no policy")


def tokens_are_checked(stack: Stack) -> None:
    """No token and an ID token are refused; a customer is not an operator."""
    customer, bearer = stack.user.access_token, "Bearer {}".format
    for name, path, token, wanted in (
        ("no token", "/orders", None, 401),
        ("an ID token", "/orders", stack.user.id_token, 401),
        ("a customer's token", "/ops/versions", customer, 403),
        ("a customer's token", "/orders", customer, 200),
    ):
        with http(stack) as client:
            headers = {"Authorization": bearer(token)} if token else {}
            found = client.get(path, headers=headers).status_code
        _require(found == wanted, f"{name} on {path} was answered {found}, not {wanted}")


def an_approved_order_completes(stack: Stack) -> None:
    """An approval rings the execution, which started through the alias, and the order completes."""
    order_id = stack.place()
    states = stack.account.sessions.client("stepfunctions")
    machine = stack.outputs["StateMachineArn"].replace(":stateMachine:", ":execution:")
    execution = states.describe_execution(executionArn=f"{machine}:{order_id}-1")
    _require("stateMachineVersionArn" in execution, "the execution has no published version")
    body, key = {"revision": 1}, f"approve-{order_id}"
    stack.approver.post_once(f"/orders/{order_id}/signals/approve-payment", body, key)
    order = stack.wait(order_id, *ENDS)
    _require(order["stage"] == "completed", f"the order ended {order['outcome']}")


def a_cancelled_order_releases_its_stock(stack: Stack) -> None:
    """A cancel ends the order, and its unit is available again."""
    order_id = stack.place()
    before = stack.operator.get(f"/ops/products/{SKU}")["available"]
    body, key = {"reason": "verified"}, f"cancel-{order_id}"
    stack.customer.post_once(f"/orders/{order_id}/signals/cancel-order", body, key)
    stack.wait(order_id, "cancelled")
    after = stack.operator.get(f"/ops/products/{SKU}")["available"]
    _require(after == before + 1, f"{before} units were available, then {after}")


def a_stopped_execution_is_compensated(stack: Stack) -> None:
    """The event of a stopped execution, or the sweep, compensates its order."""
    order_id = stack.place()
    stack.operator.post(f"/ops/orders/{order_id}/abort")
    stack.wait(order_id, *ENDS)


def an_alarm_reaches_its_topic(stack: Stack) -> None:
    """CloudWatch may publish to the topic of the alarms: one notification is sent."""
    alarms = stack.account.sessions.client("cloudwatch")
    name = f"{stack.outputs['StateMachineArn'].rpartition(':')[2]}-OperationsMessagesOld"
    alarms.set_alarm_state(AlarmName=name, StateValue="ALARM", StateReason="verify-aws")
    until = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < until:
        found = alarms.describe_alarm_history(
            AlarmName=name, HistoryItemType="Action", MaxRecords=1, ScanBy="TimestampDescending"
        )["AlarmHistoryItems"]
        if found:
            summary = found[0]["HistorySummary"]
            _require("Successfully executed" in summary, summary)
            return
        time.sleep(1)
    raise CheckFailed(f"alarm {name} executed no action")


CHECKS: tuple[Check, ...] = (
    console_is_served,
    tokens_are_checked,
    an_approved_order_completes,
    a_cancelled_order_releases_its_stock,
    a_stopped_execution_is_compensated,
    an_alarm_reaches_its_topic,
)


def verify(stack: Stack, checks: Sequence[Check] = CHECKS) -> list[str]:
    """Run every check and print its result. Returns the names of the failed ones."""
    return list(_failures(stack, checks))


def _failures(stack: Stack, checks: Sequence[Check]) -> Iterator[str]:
    for check in checks:
        name = check.__name__.replace("_", " ")
        try:
            check(stack)
        except (CheckFailed, Problem, ClientError, httpx.HTTPError) as error:
            print(f"✗ {name}: {error}")
            yield name
        else:
            print(f"✓ {name}")


def run(
    account: Account, name: str, *, api_url: str = "", checks: Sequence[Check] = CHECKS
) -> list[str]:
    """Verify a stack with temporary users. Returns the names of the failed checks.

    Raises AccountProblem.
    """
    if name.endswith("-production"):
        raise AccountProblem("production is not verified by test orders: name another stack")
    outputs = account.outputs(name)
    pool = UserPool(account.sessions.client("cognito-idp"), outputs["UserPoolId"])
    url = api_url or outputs["ApiUrl"]
    deployment = Deployment(pool, outputs["UserPoolClientId"], url)
    with ExitStack() as opened:
        users = {
            role: opened.enter_context(temporary_user(deployment, role))
            for role in ("customer", "approver", "operator")
        }
        apis = {
            role: opened.enter_context(closing(Api(url, user.access_token)))
            for role, user in users.items()
        }
        stack = Stack(account=account, outputs=outputs, api_url=url, user=users["customer"], **apis)
        _prepare(stack)
        return verify(stack, checks)


def http(stack: Stack) -> httpx.Client:
    """A client without a token."""
    return httpx.Client(base_url=stack.api_url, timeout=30)


def main(arguments: Sequence[str]) -> int:
    """The command line; returns the exit status."""
    try:
        failed = run(Account.of_caller(), arguments[0])
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


def _require(holds: bool, otherwise: str) -> None:
    if not holds:
        raise CheckFailed(otherwise)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
