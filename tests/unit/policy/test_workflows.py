"""The workflows of .github: actions are pinned by commit, and every command is a make target."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.definition import ROOT
from tools.release import RUNTIME_LOCKS

FOLDER = ROOT / ".github/workflows"
FILES = sorted(FOLDER.glob("*.yml"))
TARGETS = set(re.findall(r"^([a-z-]+):(?!=)", (ROOT / "Makefile").read_text(), re.MULTILINE))
PINNED = re.compile(r"uses: [\w.-]+/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+")
COMMAND = re.compile(r'make ([a-z-]+)( [A-Z_]+="?[\w$./-]+"?)*')


def workflow(file: Path) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(file.read_text())
    return found


def steps(file: Path) -> Iterator[dict[str, Any]]:
    for job in workflow(file)["jobs"].values():
        yield from job["steps"]


def problems(step: dict[str, Any]) -> str | None:
    """Why a command is refused; None for an accepted one."""
    command = COMMAND.fullmatch(step["run"].strip())
    if command is None:
        return f"{step['run']!r} is not one make target"
    return None if command[1] in TARGETS else f"the Makefile has no target {command[1]}"


def test_there_are_workflows_for_changes_nights_and_releases() -> None:
    assert {file.stem for file in FILES} == {"test", "prove", "release"}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_action_is_pinned_by_a_full_commit_hash_with_its_version(file: Path) -> None:
    used = [line.strip().removeprefix("- ") for line in file.read_text().splitlines()]
    used = [line for line in used if line.startswith("uses:")]

    assert used
    assert [line for line in used if not PINNED.fullmatch(line)] == []
    assert len(used) == sum("uses" in step for step in steps(file))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_command_is_a_target_of_the_makefile(file: Path) -> None:
    commands = [step for step in steps(file) if "run" in step]

    assert commands
    assert list(filter(None, map(problems, commands))) == []


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_workflow_reads_only_unless_a_job_says_otherwise(file: Path) -> None:
    assert workflow(file)["permissions"] == {"contents": "read"}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_job_that_may_write_runs_no_code_of_packages(file: Path) -> None:
    for job in workflow(file)["jobs"].values():
        if "write" in job.get("permissions", {}).values():
            commands = [step["run"].split()[1] for step in job["steps"] if "run" in step]
            assert commands == ["draft-release"]


def test_a_release_attests_its_files_and_the_bill_of_materials_of_every_layer() -> None:
    release = list(steps(FOLDER / "release.yml"))
    attested = [step["with"] for step in release if "attest" in step.get("uses", "")]

    assert attested[0] == {"subject-path": "dist/*"}
    assert attested[1:] == [
        {"subject-path": "dist/*.template.json", "sbom-path": f"dist/{name}.cdx.json"}
        for name in RUNTIME_LOCKS
    ]


@pytest.mark.parametrize(
    ("command", "problem"),
    [
        ("make check", None),
        ('make release TAG="$GITHUB_REF_NAME"', None),
        ("make no-such-target", "no target"),
        ("make check && curl x | sh", "is not one make target"),
        ("pip install x", "is not one make target"),
    ],
)
def test_other_commands_are_refused(command: str, problem: str | None) -> None:
    found = problems({"run": command})

    assert (found is None) if problem is None else problem in str(found)
