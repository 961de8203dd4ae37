"""Runs mutmut with a progress bar instead of its thousands of lines."""

import os
import re
import subprocess
import sys
from collections import deque
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO

from rich.console import Console
from rich.progress import Progress

MUTMUT = Path(sys.executable).with_name("mutmut")
_SPEAKING = {"PYTHONIOENCODING": "utf-8", "PYTHONUNBUFFERED": "1"}
_COUNTED = re.compile(r"(\d+)/(\d+)  ")
_SHOWN_OF_A_FAILURE = 40


def run(names: Sequence[str], jobs: int, console: Console) -> bool:
    """Test the mutants of these names (patterns; none: all untested ones). False if mutmut fails,
    for example because the tests fail without a mutant; its output is then printed.
    """
    command = [str(MUTMUT), "run", "--max-children", str(jobs), *names]
    output: deque[str] = deque(maxlen=_SHOWN_OF_A_FAILURE)
    with subprocess.Popen(
        command,
        env={**os.environ, **_SPEAKING},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
    ) as mutmut:
        assert mutmut.stdout is not None
        with Progress(console=console) as bar:
            task = bar.add_task("mutants", total=None)
            for line in _lines(mutmut.stdout):
                counted = _COUNTED.search(line)
                if counted:
                    bar.update(task, completed=int(counted[1]), total=int(counted[2]))
                else:
                    output.append(line)
    if mutmut.returncode:
        console.print("\n".join(output), markup=False, highlight=False)
    return mutmut.returncode == 0


def _lines(output: IO[str]) -> Iterator[str]:
    """Lines as a terminal shows them; text mode ends one at a carriage return, too."""
    return (line.rstrip() for line in output if line.strip())
