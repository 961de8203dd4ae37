"""The emulator as a child process."""

import socket

import httpx

from local.host.folders import Folders
from local.host.programs import Program, start_program
from local.host.progress import print_message
from local.host.waiting import STALL_SECONDS

HOST = "127.0.0.1"


def start(folders: Folders, port: int, dynamodb: str = "") -> Program:
    """Start the emulator and wait until it is ready; `port` 0 means any free one, `dynamodb` is
    the address of the tables if they are not in the emulator. Raises LocalProblem.
    """
    options = ["--port", str(_free_port(port)), *(["--dynamodb", dynamodb] if dynamodb else [])]
    return start_program("the emulator", "local.emulator", options, log=folders.log("emulator"))


def is_healthy(url: str) -> bool:
    """Whether a healthy emulator responds at this address."""
    try:
        return httpx.get(f"{url}/_local/about", timeout=STALL_SECONDS, trust_env=False).is_success
    except httpx.HTTPError:
        return False


def _free_port(port: int) -> int:
    """The wanted port, or 0 (any) with a message if it is in use."""
    try:
        with socket.create_server((HOST, port)):
            return port
    except OSError:
        print_message(f"[yellow]port {port} is taken; choosing a free one[/]")
        return 0
