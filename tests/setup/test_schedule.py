"""Tests that share what is dear to make run on one worker."""

import re
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import pytest

pytestmark = pytest.mark.proof

ROOT = Path(__file__).parents[2]
FILES = ("tests/unit/domain/record/test_money.py", "tests/unit/domain/test_task.py")


def workers_of(*files: str) -> dict[str, set[str]]:
    """Which workers ran the tests of each file."""
    command = [sys.executable, "-m", "pytest", "-v", "-n", "2", "-p", "no:cacheprovider", *files]
    output = subprocess.check_output(command, cwd=ROOT, text=True)
    workers = defaultdict(set)
    for worker, file in re.findall(r"^\[(gw\d)\].* PASSED ([^:]+)::", output, re.MULTILINE):
        workers[file].add(worker)
    assert set(workers) == set(files), output
    return workers


def test_a_file_stays_on_one_worker() -> None:
    assert [len(workers) for workers in workers_of(*FILES).values()] == [1, 1]
