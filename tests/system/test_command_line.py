"""The installed command `orders` against the deployed API."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from local.host.state import State, profiles_beside
from tests.system.environments import Environment

ORDERS = str(Path(sys.executable).with_name("orders"))
LONG = "600"
"""Seconds: an order that takes longer never ends."""


class CommandLine:
    """Runs `orders …` with the variables that `python -m local env` prints."""

    def __init__(self, state: State, state_file: Path) -> None:
        self._variables = {
            **os.environ,
            "ORDERS_API_URL": state.api_url,
            "ORDERS_CONFIG": str(profiles_beside(state_file)),
        }

    def __call__(
        self, *arguments: str, who: str = "customer"
    ) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [ORDERS, *arguments, "--profile", who],
            env=self._variables,
            capture_output=True,
            text=True,
            check=False,
        )

    def follow(self, *arguments: str, who: str) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [ORDERS, *arguments, "-f", "-o", "json", "--profile", who],
            env=self._variables,
            stdout=subprocess.PIPE,
            text=True,
        )

    def json(self, *arguments: str, who: str = "customer") -> Any:
        done = self(*arguments, "-o", "json", who=who)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)


@pytest.fixture
def orders(deployment: Environment) -> CommandLine:
    return CommandLine(deployment.state, deployment.folders.state_file)


def test_an_order_is_placed_approved_waited_for_and_explained(orders: CommandLine) -> None:
    order_id = orders.json("place", "-i", "MUG-RED=2")["order_id"]
    waiting = orders.json("wait", order_id, "--stage", "awaiting-approval", "-t", LONG)
    watched = orders("watch", order_id, "--once")
    approved = orders.json("approve", order_id, "-y", who="approver")
    completed = orders("wait", order_id, "-t", LONG)
    verdict = orders.json("classify", order_id, who="operator")["verdicts"][0]
    history = orders("history", order_id, "-o", "mermaid", who="operator")

    assert waiting["allowed_signals"]
    assert "● AwaitSignal" in watched.stdout
    assert approved["outcome"] in ("applied", "pending")  # after 5 seconds on a busy machine
    assert completed.returncode == 0
    assert "completed" in completed.stdout
    assert verdict["verdict"] == "completed"
    assert "SendOrderConfirmation" in history.stdout


def test_a_new_product_is_stocked_and_ordered(orders: CommandLine) -> None:
    named = ("--name", "Sieve", "--price", "1200 EUR")
    orders.json("admin", "catalogue", "set", "SIEVE", *named, who="operator")
    delivered = ("--by", "3", "-r", "delivered", "--key", "delivery-1")
    stocked = orders.json("admin", "stock", "correct", "SIEVE", *delivered, who="operator")
    order_id = orders.json("place", "-i", "SIEVE=2")["order_id"]
    orders.json("wait", order_id, "--stage", "awaiting-approval", "-t", LONG)
    reserved = orders.json("admin", "stock", "show", "SIEVE", who="operator")
    refused = orders("admin", "stock", "correct", "SIEVE", "--by=-2", "-r", "x", who="operator")

    assert stocked["available"] == 3
    assert (reserved["available"], reserved["held"]) == (1, 2)
    assert "1 of SIEVE are available" in refused.stderr
    orders.json("cancel", order_id, "-r", "tested")
    orders("wait", order_id, "-t", LONG)


def test_a_cancelled_order_accepts_no_approval(orders: CommandLine) -> None:
    order_id = orders.json("place", "-i", "MUG-RED")["order_id"]
    orders.json("cancel", order_id, "-r", "[changed] my mind")

    ended = orders("wait", order_id, "-t", LONG)
    refused = orders("approve", order_id, "--revision", "1", who="approver")

    assert ended.returncode == 1
    assert "cancelled: [changed] my mind" in ended.stderr
    assert refused.returncode == 1
    assert "too late for approve-payment" in refused.stderr


def test_other_systems_receive_the_events_of_an_order(orders: CommandLine) -> None:
    order_id = orders.json("place", "-i", "MUG-RED")["order_id"]
    orders.json("cancel", order_id, "-r", "changed my mind")
    received: dict[int, str] = {}

    with orders.follow("events", order_id, who="operator") as following:
        assert following.stdout
        for event in map(json.loads, following.stdout):
            received[event["sequence"]] = event["kind"]
            last = max(received)
            if received[last] == "order-cancelled" and len(received) == last:
                break
        following.terminate()

    assert received[1] == "order-placed"


def test_every_outcome_has_its_exit_code(orders: CommandLine, tmp_path: Path) -> None:
    environment = {**os.environ, "ORDERS_API_URL": "http://127.0.0.1:9", "ORDERS_TOKEN": "t"}
    unreachable = subprocess.run(
        [ORDERS, "list"], env=environment, capture_output=True, text=True, check=False
    )

    assert orders("status", "01KDVDNH009999999999999999").returncode == 3
    assert orders("place", "-i", "MUG-RED=many").returncode == 2
    assert unreachable.returncode == 4
    assert "python -m local up" in unreachable.stderr


def test_histories_are_exported_to_files(orders: CommandLine, tmp_path: Path) -> None:
    order_id = orders.json("place", "-i", "SOLD-OUT")["order_id"]
    orders("wait", order_id, "-t", LONG)

    done = orders("export", str(tmp_path), "--stage", "failed", who="operator")

    assert done.returncode == 0
    exported = json.loads((tmp_path / f"{order_id}.json").read_text())
    assert exported["executions"][-1]["verdict"] == "rejected"
