"""Run the CDK command line. There is no timeout, because a busy machine may need minutes. When
the caller is interrupted, all its processes are killed.
"""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from local.host.aws_clients import shell_environment
from local.host.folders import REPOSITORY
from local.host.problems import LocalProblem

_COMMAND_LINE = REPOSITORY / "node_modules" / "aws-cdk" / "bin" / "cdk"
_SETUP = "run `make setup` (it installs node and the CDK command line)"


def run_cdk(phase: str, arguments: Sequence[str], *, url: str, log: Path) -> None:
    """Run `cdk` with its output in `log`. Raises LocalProblem when it fails."""
    command = [_node(phase), str(_command_line(phase)), *arguments, "--no-notices"]
    with log.open("ab") as output:
        child = subprocess.Popen(
            command,
            cwd=REPOSITORY,
            env={**shell_environment(url), "PATH": _path()},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        status = _wait(child)
    if status != 0:
        reason = f"`cdk {arguments[0]}` ended with status {status}"
        advice = "fix the error in the log; `cdk synth` checks the stack without deploying"
        raise LocalProblem(phase, reason, log=log, advice=advice)


def _wait(child: "subprocess.Popen[bytes]") -> int:
    """The exit status. KeyboardInterrupt, like any exception, kills the child and its children."""
    try:
        return child.wait()
    finally:
        if child.poll() is None:
            os.killpg(child.pid, signal.SIGKILL)
            child.wait()


def _node(phase: str) -> str:
    node = shutil.which("node", path=_path())
    if node is None:
        raise LocalProblem(phase, "node is not installed", advice=_SETUP)
    return node


def _command_line(phase: str) -> Path:
    if not _COMMAND_LINE.exists():
        raise LocalProblem(phase, f"{_COMMAND_LINE} does not exist", advice=_SETUP)
    return _COMMAND_LINE


def _path() -> str:
    """PATH with the virtual environment first: its node, and the Python that runs the app."""
    return os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
