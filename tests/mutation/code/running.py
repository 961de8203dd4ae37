"""Creates the mutants of a part with mutmut, and tests them with a progress bar."""

import os
import re
import subprocess
import sys
import tomllib
from collections import deque
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.progress import Progress

from tests.mutation.code.results import FOLDER

_COUNTED = re.compile(r"(\d+)/(\d+)  ")
_SHOWN_OF_A_FAILURE = 40
_PLUGINS = ("-p", "tests.mutation.code.forks", "-p", "no:cacheprovider")
_CHEAP_FAILURES = ("--tb=native", "--assert=plain")


def create_mutants() -> None:
    """Write the mutants of the part in the working folder."""
    subprocess.run([sys.executable, "-m", "tests.mutation.code.creation"], check=True)


def run(options: Sequence[str], console: Console) -> bool:
    """Test the untested mutants that the options of `forks` select. False if pytest fails, for
    example because the tests fail without a mutant; its output is then printed.
    """
    table = tomllib.loads(Path("pyproject.toml").read_text("utf-8"))["tool"]["mutmut"]
    pytest = [sys.executable, "-m", "pytest", "-q", *_PLUGINS, *_CHEAP_FAILURES, *options]
    tests = [*table["pytest_add_cli_args"], *table["pytest_add_cli_args_test_selection"]]
    return _with_progress([*pytest, *tests], console)


def _with_progress(command: Sequence[str], console: Console) -> bool:
    output: deque[str] = deque(maxlen=_SHOWN_OF_A_FAILURE)
    with subprocess.Popen(
        command,
        cwd=FOLDER,
        env={**os.environ, "PYTHONIOENCODING": "utf-8", "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
    ) as tests:
        assert tests.stdout is not None
        with Progress(console=console) as bar:
            task = bar.add_task("mutants", total=None)
            for line in tests.stdout:
                counted = _COUNTED.match(line)
                if counted:
                    bar.update(task, completed=int(counted[1]), total=int(counted[2]))
                else:
                    output.append(line.rstrip())
    if tests.returncode:
        console.print("\n".join(output), markup=False, highlight=False)
    return tests.returncode == 0
