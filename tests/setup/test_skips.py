"""CI has everything that the tests need: a test that is skipped there was not run by mistake."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.proof

ROOT = Path(__file__).parents[2]
A_SKIPPED_TEST = """
import pytest

@pytest.mark.skip(reason="no browser")
def test_in_a_browser(): ...

def test_without(): assert True
"""


@pytest.mark.parametrize(("ci", "status"), [({}, 0), ({"CI": "true"}, 1)])
@pytest.mark.parametrize("workers", ["0", "2"])
def test_a_skipped_test_fails_the_run_in_ci_alone(
    ci: dict[str, str], status: int, workers: str, tmp_path: Path
) -> None:
    (tmp_path / "test_some.py").write_text(A_SKIPPED_TEST)
    command = [sys.executable, "-m", "pytest", "-p", "tests.conftest", "-n", workers, str(tmp_path)]
    environment = {name: value for name, value in os.environ.items() if name != "CI"} | ci

    run = subprocess.run(
        command, cwd=ROOT, env=environment, text=True, capture_output=True, check=False
    )

    assert run.returncode == status, run.stdout
    assert ("1 skipped in CI" in run.stdout) is (status == 1)
