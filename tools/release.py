"""Build what a release contains into dist/: `make release TAG=v1.2.3`.

The notes (the section of the changelog), the synthesised template, the wheel of the command line,
and the bill of materials of what runs in Lambda.
"""

import argparse
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TOOLS = ROOT / ".local" / "release" / "bin"
RUNTIME_LOCKS = ("layer", "stripe")
"""Lock files of the layers: everything that runs in Lambda besides the project's code."""


RECORDINGS = ROOT / "tests" / "evolution" / "releases"


class ReleaseError(Exception):
    """The release cannot be built; the message says why."""


def version_of(tag: str, pyproject: str) -> str:
    """The version of a tag. Raises ReleaseError unless pyproject.toml has the same one."""
    version = tag.removeprefix("v")
    declared = tomllib.loads(pyproject)["project"]["version"]
    if version != declared:
        raise ReleaseError(f"the tag is {tag}, pyproject.toml has the version {declared}")
    return version


def notes_of(version: str, changelog: str) -> str:
    """The section of a version. Raises ReleaseError if it is missing or empty."""
    sections = re.split(r"^## ", changelog, flags=re.MULTILINE)
    for section in sections[1:]:
        title, _, text = section.partition("\n")
        if title.split()[0].strip("[]") == version and text.strip():
            return text.strip() + "\n"
    raise ReleaseError(f"CHANGELOG.md has no section {version}: rename Unreleased")


def require_recording(version: str, folder: Path = RECORDINGS) -> None:
    """Raise ReleaseError unless the executions of the version were recorded: later releases replay
    them.
    """
    if not (folder / f"{version}.jsonl").is_file():
        raise ReleaseError(
            f"no executions of {version} are recorded: run `python -m tests.evolution.recording`"
        )


def build(tag: str, dist: Path) -> list[Path]:
    """Build every file of the release. Raises ReleaseError, CalledProcessError."""
    version = version_of(tag, (ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    notes = notes_of(version, (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"))
    require_recording(version)
    shutil.rmtree(dist, ignore_errors=True)
    dist.mkdir(parents=True)
    (dist / "notes.md").write_text(notes, encoding="utf-8")
    _run("make", "--no-print-directory", "synth")
    for template in (ROOT / "cdk.out").glob("*.template.json"):
        shutil.copy(template, dist)
    wheel = ("wheel", "--quiet", "--no-deps", "--no-build-isolation", "--wheel-dir", str(dist), ".")
    _run(str(TOOLS / "pip"), *wheel)
    for name in RUNTIME_LOCKS:
        lock, target = f"requirements-{name}.txt", str(dist / f"{name}.cdx.json")
        _run(str(TOOLS / "cyclonedx-py"), "requirements", lock, "--output-file", target)
    return sorted(dist.iterdir())


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tools.release", description=__doc__)
    parser.add_argument("tag", help="v and the version of pyproject.toml")
    options = parser.parse_args(arguments)
    try:
        files = build(options.tag, ROOT / "dist")
    except (ReleaseError, subprocess.CalledProcessError) as error:
        print(error, file=sys.stderr)
        return 1
    for file in files:
        print(file.relative_to(ROOT))
    return 0


def _run(*command: str) -> None:
    subprocess.run(command, cwd=ROOT, check=True)


if __name__ == "__main__":
    sys.exit(main())
