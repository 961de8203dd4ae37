"""Run the CDK command line of this repository."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from tools.aws.account import AccountProblem

ROOT = Path(__file__).resolve().parents[2]


def run_cdk(arguments: Sequence[str]) -> None:
    """Run `cdk` in this terminal: it asks before it widens permissions. Raises AccountProblem."""
    command = [str(ROOT / "node_modules" / ".bin" / "cdk"), *arguments]
    folders = [str(Path(sys.executable).parent), os.environ.get("PATH", "")]
    variables = {**os.environ, "PATH": os.pathsep.join(folders)}
    status = subprocess.run(command, cwd=ROOT, env=variables, check=False).returncode
    if status != 0:
        raise AccountProblem(f"`cdk {arguments[0]}` ended with status {status}: see its output")
