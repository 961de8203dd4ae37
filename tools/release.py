"""Build what a release contains into dist/: `make release TAG=v1.2.3`.

The notes (the section of the changelog), the synthesised template, the wheel of the command line,
the bill of materials of what runs in Lambda, and the checksums of these files. A commit always
gives the same files.
"""

import argparse
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
import uuid
import zipfile
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from cli.terminal.streams import run_program

ROOT = Path(__file__).resolve().parents[1]
TOOLS = ROOT / ".local" / "release" / "bin"
RUNTIME_LOCKS = ("layer", "stripe", "tracing")
"""Lock files of the layers: everything that runs in Lambda besides the project's code."""
WHEEL_SOURCES = ("cli", "pyproject.toml", "README.md", "LICENSE")

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


def require_commit(tag: str, root: Path) -> None:
    """Raise ReleaseError if a file differs from the commit, or if the tag is on another commit."""
    if changed := _git(root, "status", "--porcelain"):
        raise ReleaseError(f"commit these changes first, or undo them:\n{changed}")
    on_this_commit = _git(root, "tag", "--points-at", "HEAD").splitlines()
    if _git(root, "tag", "--list", tag) and tag not in on_this_commit:
        raise ReleaseError(f"the tag {tag} is on another commit: check it out")


def build(tag: str, dist: Path) -> list[Path]:
    """Build every file of the release. Raises ReleaseError, CalledProcessError."""
    version = version_of(tag, (ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    notes = notes_of(version, (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"))
    require_recording(version)
    require_commit(tag, ROOT)
    shutil.rmtree(dist, ignore_errors=True)
    dist.mkdir(parents=True)
    (dist / "notes.md").write_text(notes, encoding="utf-8")
    _run("make", "--no-print-directory", "synth")
    for template in (ROOT / "cdk.out").glob("*.template.json"):
        shutil.copy(template, dist)
    build_wheel(ROOT, dist, [str(TOOLS / "pip")])
    for name in RUNTIME_LOCKS:
        lock, target = f"requirements/{name}.txt", dist / f"{name}.cdx.json"
        bill = (str(TOOLS / "cyclonedx-py"), "requirements", lock, "--output-reproducible")
        _run(*bill, "--output-file", str(target))
        add_serial_number(target)
    write_checksums(dist)
    return sorted(dist.iterdir())


def build_wheel(root: Path, dist: Path, pip: Sequence[str]) -> Path:
    """Build the wheel of the command line from the commit of a repository, without files of the
    checkout that are not committed. `pip` is a command line; its environment has setuptools.
    """
    with TemporaryDirectory() as folder:
        archive, source = Path(folder, "source.zip"), Path(folder, "source")
        _git(root, "archive", "--output", str(archive), "HEAD", *WHEEL_SOURCES)
        with zipfile.ZipFile(archive) as files:
            files.extractall(source)
        options = ("--quiet", "--no-deps", "--no-build-isolation", "--wheel-dir", str(dist))
        # The time of the files in the wheel.
        time = {"SOURCE_DATE_EPOCH": _git(root, "log", "-1", "--format=%ct")}
        command = [*pip, "wheel", *options, str(source)]
        subprocess.run(command, check=True, env={**os.environ, **time})
    (wheel,) = dist.glob("*.whl")
    return wheel


def add_serial_number(bill: Path) -> None:
    """Add the serial number that the attestation of a bill of materials needs. It is derived from
    the content: the reproducible output of cyclonedx-py has none.
    """
    text = bill.read_text(encoding="utf-8")
    number = uuid.uuid5(uuid.NAMESPACE_OID, text)
    numbered = {**json.loads(text), "serialNumber": f"urn:uuid:{number}"}
    bill.write_text(json.dumps(numbered, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def write_checksums(dist: Path) -> None:
    """Write SHA256SUMS of all files, for `sha256sum --check`."""
    sums = (
        f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.name}\n"
        for file in sorted(dist.iterdir())
    )
    (dist / "SHA256SUMS").write_text("".join(list(sums)), encoding="utf-8")


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


def _git(root: Path, *arguments: str) -> str:
    command = ["git", "-C", str(root), *arguments]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def _run(*command: str) -> None:
    subprocess.run(command, cwd=ROOT, check=True)


if __name__ == "__main__":
    run_program(main)
