"""Emulator processes for the tests, and the AWS clients that talk to them."""

import io
import json
import subprocess
import sys
import threading
import time
import uuid
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import boto3
from botocore.config import Config

ROOT = Path(__file__).parents[2]
ROLE = "arn:aws:iam::000000000000:role/test"
_NO_WAITING = Config(
    retries={"mode": "standard", "total_max_attempts": 1}, inject_host_prefix=False
)

Found = TypeVar("Found")


PATIENCE_SECONDS = 180.0
"""A condition that does not hold by then never does: long enough for a busy machine."""
STOCK_PATIENCE_SECONDS = 10.0
"""On stock MiniStack a wait without result is the expected outcome."""


@contextmanager
def emulator(*arguments: str, patience: float = PATIENCE_SECONDS) -> Iterator["Emulator"]:
    """A running ``python -m local.emulator``, stopped gracefully at the end."""
    command = [sys.executable, "-m", "local.emulator", "--port", "0", *arguments]
    process = subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    with process:
        try:
            assert process.stdout is not None
            url = json.loads(process.stdout.readline())["url"]
            running = Emulator(url, process, patience=patience)
            yield running
            running.close()
        finally:
            process.terminate()


def eventually(find: Callable[[], Found | None], *, seconds: float = PATIENCE_SECONDS) -> Found:
    """The first truthy result of ``find``; fails when there is none for ``seconds``."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = find()
        if found:
            return found
        time.sleep(0.03)
    raise AssertionError(f"nothing found for {seconds} s")


class Emulator:
    """One emulator, with helpers for its AWS APIs."""

    def __init__(
        self, url: str, process: "subprocess.Popen[str]", *, patience: float = PATIENCE_SECONDS
    ) -> None:
        self.url = url
        self.process = process
        self._patience = patience
        self._clients: dict[str, Any] = {}
        self._lock = threading.Lock()

    def client(self, service: str) -> Any:
        """A boto3 client that does not retry."""
        with self._lock:
            return self._client(service)

    def _client(self, service: str) -> Any:
        if service not in self._clients:
            create: Any = boto3.client  # its stubs know service names as literals only
            self._clients[service] = create(
                service,
                endpoint_url=self.url,
                region_name="us-east-1",
                aws_access_key_id="test",
                aws_secret_access_key="test",
                config=_NO_WAITING,
            )
        return self._clients[service]

    def eventually(self, find: Callable[[], Found | None]) -> Found:
        """The first truthy result of ``find``."""
        return eventually(find, seconds=self._patience)

    def close(self) -> None:
        """Close the clients' connections."""
        for client in self._clients.values():
            client.close()

    def function(self, source: str, **settings: Any) -> str:
        """Deploy ``def handle(event, context)`` and return the function's ARN."""
        return self.packaged_function({"index.py": source}, "index.handle", **settings)

    def packaged_function(self, files: dict[str, str], handler: str, **settings: Any) -> str:
        """Deploy a package of files."""
        package = io.BytesIO()
        with zipfile.ZipFile(package, "w") as archive:
            for name, text in files.items():
                archive.writestr(name, text)
        created = self.client("lambda").create_function(
            FunctionName=settings.pop("name", f"f-{uuid.uuid4().hex[:8]}"),
            Runtime="python3.13",
            Role=ROLE,
            Handler=handler,
            Code={"ZipFile": package.getvalue()},
            Timeout=settings.pop("timeout", 20),
            **settings,
        )
        arn: str = created["FunctionArn"]
        return arn

    def machine(self, states: dict[str, Any], **fields: Any) -> str:
        """Create a state machine that starts with the first of ``states``."""
        definition = {"StartAt": next(iter(states)), "States": states, **fields}
        created = self.client("stepfunctions").create_state_machine(
            name=f"m-{uuid.uuid4().hex[:8]}", definition=json.dumps(definition), roleArn=ROLE
        )
        arn: str = created["stateMachineArn"]
        return arn

    def start(self, machine: str, data: Any = None, **fields: Any) -> str:
        """Start an execution and return its ARN."""
        started = self.client("stepfunctions").start_execution(
            stateMachineArn=machine, input=json.dumps(data or {}), **fields
        )
        arn: str = started["executionArn"]
        return arn

    def status(self, execution: str) -> dict[str, Any]:
        found: dict[str, Any] = self.client("stepfunctions").describe_execution(
            executionArn=execution
        )
        return found

    def ended(self, execution: str) -> dict[str, Any]:
        """The description of an execution once it has ended."""

        def find() -> dict[str, Any] | None:
            found = self.status(execution)
            return found if found["status"] != "RUNNING" else None

        return self.eventually(find)

    def run(self, machine: str, data: Any = None) -> dict[str, Any]:
        """Start, wait for the end, describe."""
        return self.ended(self.start(machine, data))

    def events(self, execution: str) -> list[dict[str, Any]]:
        """The history, oldest event first."""
        found: list[dict[str, Any]] = self.client("stepfunctions").get_execution_history(
            executionArn=execution, maxResults=1000
        )["events"]
        return found

    def event_types(self, execution: str) -> list[str]:
        return [event["type"] for event in self.events(execution)]
