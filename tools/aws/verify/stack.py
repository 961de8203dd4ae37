"""The deployed stack under test, and what checks share."""

import secrets
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx

from cli.client.api import Api
from tools.aws.account import Account
from tools.aws.first_data import Deployment, TemporaryUser

SKU, UNITS = "VERIFY-AWS", 40
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
    """The deployment under test, with an API client for each role. `user` is the customer."""

    account: Account
    name: str
    outputs: dict[str, str]
    deployment: Deployment
    customer: Api
    approver: Api
    operator: Api
    approver_token: str
    user: TemporaryUser
    parallel: int = 30
    """The number of orders that are placed at the same time."""
    started_at: float = field(default_factory=time.time)

    def place(self, method: str = "pm_ok") -> str:
        """Place an order of one unit, and wait until it waits for approval."""
        order_id = self.place_at_once(method)
        self.wait(order_id, "awaiting-approval")
        return order_id

    def place_at_once(self, method: str = "pm_ok") -> str:
        """Place an order of one unit, and do not wait for its execution."""
        body = {"items": [{"sku": SKU, "quantity": 1}], "payment_method": method}
        key = f"verify-{secrets.token_hex(8)}"
        return str(self.customer.post_once("/orders", body, key)["order_id"])

    def approve(self, order_id: str) -> None:
        """Approve the first revision of an order."""
        path = f"/orders/{order_id}/signals/approve-payment"
        self.approver.post_once(path, {"revision": 1}, f"approve-{order_id}")

    def cancel(self, order_id: str) -> None:
        """Request the cancel of an order."""
        path = f"/orders/{order_id}/signals/cancel-order"
        self.customer.post_once(path, {"reason": "verified"}, f"cancel-{order_id}")

    def wait(self, order_id: str, *stages: str) -> dict[str, Any]:
        """The order at one of the stages. Raises CheckFailed after WAIT_SECONDS."""

        def order() -> dict[str, Any] | None:
            found = self.operator.get(f"/orders/{order_id}")
            return found if found["stage"] in stages else None

        found: dict[str, Any] = eventually(order, f"order {order_id} is not {' or '.join(stages)}")
        return found

    def available(self) -> int:
        """The available units of the product of the test."""
        return int(self.operator.get(f"/ops/products/{SKU}")["available"])

    def execution(self, order_id: str) -> str:
        """The ARN of an order's first execution."""
        machine = self.outputs["StateMachineArn"].replace(":stateMachine:", ":execution:")
        return f"{machine}:{order_id}-1"

    def resources(self, kind: str) -> Iterator[tuple[str, str]]:
        """Logical and physical id of the stack's resources of a type, e.g. `SQS::Queue`."""
        pages = self.client("cloudformation").get_paginator("list_stack_resources")
        for page in pages.paginate(StackName=self.name):
            for summary in page["StackResourceSummaries"]:
                if summary["ResourceType"] == f"AWS::{kind}":
                    yield summary["LogicalResourceId"], summary["PhysicalResourceId"]

    def client(self, service: str) -> Any:
        """A client of an AWS service, with the caller's credentials."""
        return self.account.sessions.client(service)

    def http(self) -> httpx.Client:
        """A client of the API without a token."""
        return httpx.Client(base_url=self.deployment.api_url, timeout=30)


def eventually(find: Callable[[], Any], otherwise: str) -> Any:
    """The first result that is true. Raises CheckFailed after WAIT_SECONDS."""
    until = time.monotonic() + WAIT_SECONDS
    while True:
        if found := find():
            return found
        if time.monotonic() > until:
            raise CheckFailed(f"{otherwise} after {WAIT_SECONDS:g} s")
        time.sleep(1)


def require(holds: bool, otherwise: str) -> None:
    """Raise CheckFailed unless the condition holds."""
    if not holds:
        raise CheckFailed(otherwise)
