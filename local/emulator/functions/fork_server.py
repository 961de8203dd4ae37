"""Parent of the Lambda workers: imports the AWS SDK once, then forks. Runs as a program.

Usage: ``python -I fork_server.py SOCKET_FD``. For every byte on the socket it takes three file
descriptors (standard input, output, error), forks a worker on them and returns its pid.
Standard library only, for the same reason as worker_program.py beside it.
"""

import ctypes
import gc
import importlib
import importlib.util
import os
import signal
import socket
import sys
from pathlib import Path
from types import ModuleType

WARM_MODULES = ("boto3", "boto3.session", "botocore.client", "aws_lambda_powertools", "pydantic")
"""Modules of the Lambda runtime and of the functions' layer, imported before the fork."""

_PR_SET_PDEATHSIG = 1
_PID_BYTES = 8


def main() -> None:
    """Fork workers until the emulator closes the socket or dies."""
    _end_with_parent()
    signal.signal(
        signal.SIGCHLD, signal.SIG_IGN
    )  # workers are not waited for: without this they stay as zombies
    requests = socket.socket(fileno=int(sys.argv[1]))
    worker = _worker_module()
    for name in WARM_MODULES:
        _import_if_installed(name)
    gc.collect()
    gc.freeze()
    while True:
        request, descriptors, _, _ = socket.recv_fds(requests, 1, 3)
        if not request:
            return
        pid = _fork(worker, requests, descriptors)
        for descriptor in descriptors:
            os.close(descriptor)
        requests.sendall(pid.to_bytes(_PID_BYTES, "big"))


def _fork(worker: ModuleType, requests: socket.socket, descriptors: list[int]) -> int:
    pid = os.fork()
    if pid:
        return pid
    try:
        _end_with_parent()
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        requests.close()
        for number, descriptor in enumerate(descriptors):
            os.dup2(descriptor, number)
            os.close(descriptor)
        sys.stdin = os.fdopen(0, "r", encoding="utf-8", closefd=False)
        worker.run()
    finally:
        os._exit(0)


def _end_with_parent() -> None:
    """Let Linux kill this process when its parent ends for any reason."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _worker_module() -> ModuleType:
    path = Path(__file__).with_name("worker_program.py")
    spec = importlib.util.spec_from_file_location("_lambda_worker", path)
    if spec is None or spec.loader is None:
        raise ImportError(f"cannot load {path}")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _import_if_installed(name: str) -> None:
    try:
        importlib.import_module(name)
    except ImportError as missing:
        print(f"not imported before the fork: {missing}", file=sys.stderr)


if __name__ == "__main__":
    main()
