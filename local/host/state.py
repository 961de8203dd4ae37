"""The state file of an environment. It contains secrets, so its mode is 0600."""

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any, Literal

from local.host.processes import Process

Phase = Literal["starting", "ready"]


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """One environment. The phase `starting` is stored before the deployment, so that a later
    command can clean up after a failure. `outputs` are those of the stack; `dynamodb` is the
    address of the tables if they are not in the emulator. The fields `stripe_…` are those of
    localstripe, if it is the payment provider. `service_urls` are the addresses of inventory,
    customers and subscriber, as far as they are services; `service_processes` has pid and start
    time of those that are examples.
    """

    phase: Phase
    emulator_pid: int
    emulator_started: str
    emulator_url: str
    approval_timeout_seconds: int
    heartbeat_seconds: int
    dynamodb: str = ""
    approver_email: str = ""
    stripe_pid: int = 0
    stripe_started: str = ""
    stripe_url: str = ""
    service_urls: Mapping[str, str] = field(default_factory=dict)
    service_processes: Mapping[str, tuple[int, str]] = field(default_factory=dict)
    outputs: Mapping[str, str] = field(default_factory=dict)
    passwords: Mapping[str, str] = field(default_factory=dict, repr=False)
    tokens: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def emulator(self) -> Process:
        return Process(self.emulator_pid, self.emulator_started)

    @property
    def processes(self) -> list[Process]:
        """The emulator, and the payment provider and the services if they are processes."""
        stripe = [Process(self.stripe_pid, self.stripe_started)] if self.stripe_pid else []
        services = [Process(*found) for found in self.service_processes.values()]
        return [*stripe, *services, self.emulator]

    @property
    def payments(self) -> str:
        """The payment provider."""
        return "stripe" if self.stripe_pid else "sandbox"

    @property
    def tables_url(self) -> str:
        """The address of the DynamoDB with the tables."""
        return self.dynamodb or self.emulator_url

    @property
    def api_url(self) -> str:
        """The address of the API. It uses a path, because AWS's host names do not resolve here."""
        return self.emulator_url + api_path(self.outputs["ApiId"])

    def connection(self, state_file: Path) -> dict[str, Any]:
        """The JSON output for scripts: addresses, names and tokens of a ready environment."""
        return {
            "api_url": self.api_url,
            "emulator_url": self.emulator_url,
            "console_url": f"{self.api_url}/console",
            "region": self.outputs["Region"],
            **{name: self.outputs[output] for name, output in _NAMES.items()},
            "approval_timeout_seconds": self.approval_timeout_seconds,
            "heartbeat_seconds": self.heartbeat_seconds,
            "service_urls": dict(self.service_urls),
            "state_file": str(state_file),
            "tokens": dict(self.tokens),
        }


_NAMES = {
    "state_machine_arn": "StateMachineArn",
    "alias_arn": "AliasArn",
    "orders_table": "OrdersTable",
    "inventory_table": "InventoryTable",
    "customers_table": "CustomersTable",
    "payments_table": "PaymentsTable",
    "operations_queue_url": "OperationsQueueUrl",
    "user_pool_id": "UserPoolId",
    "user_pool_client_id": "UserPoolClientId",
    "janitor_function": "JanitorFunction",
}


def api_path(api_id: str) -> str:
    """The emulator's path of an API's default stage."""
    return f"/_aws/execute-api/{api_id}/$default"


def save(state: State, path: Path) -> None:
    """Write the state file and, in the same folder, the profiles for `orders`."""
    _write(path, asdict(state))
    if state.phase == "ready":
        url = state.api_url
        _write(
            profiles_beside(path),
            {n: {"api_url": url, "token": t} for n, t in state.tokens.items()},
        )


def delete_state(path: Path) -> None:
    """Remove the state file and the profiles."""
    path.unlink(missing_ok=True)
    profiles_beside(path).unlink(missing_ok=True)


def profiles_beside(path: Path) -> Path:
    """The path of the profiles file: one profile per token. (cli/sign_in/profiles.py)"""
    return path.with_name("profiles.json")


def _write(path: Path, content: Mapping[str, Any]) -> None:
    """Write a file atomically, readable by its owner only."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(f".{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(content, file, indent=2)
    draft.replace(path)


def load(path: Path) -> State | None:
    """Read the state file; None if it does not exist, or another version wrote it."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        return State(**found) if isinstance(found, dict) and found.keys() == _FIELDS else None
    except (FileNotFoundError, ValueError):
        return None


_FIELDS = {one.name for one in fields(State)}
