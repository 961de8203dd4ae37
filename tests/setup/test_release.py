"""What `make release` builds from a commit: a wheel that works where it is installed alone."""

import hashlib
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest

from tests.support.definition import ROOT
from tools.release import (
    RUNTIME_LOCKS,
    WHEEL_SOURCES,
    ReleaseError,
    build_wheel,
    require_commit,
    write_checksums,
)

PIP = [sys.executable, "-m", "pip", "--disable-pip-version-check"]
AUTHOR = ("-c", "user.name=Test", "-c", "user.email=test@shop.internal")


def git(checkout: Path, *arguments: str) -> None:
    command = ["git", "-C", str(checkout), *AUTHOR, *arguments]
    subprocess.run(command, check=True, capture_output=True)


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository whose only commit has the sources of the wheel in this checkout."""
    folder = tmp_path_factory.mktemp("checkout")
    git(folder, "init", "--quiet")
    listed = ["git", "-C", str(ROOT), "ls-files", "--cached", "--others", "--exclude-standard"]
    found = subprocess.run([*listed, *WHEEL_SOURCES], check=True, capture_output=True, text=True)
    for name in found.stdout.splitlines():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes((ROOT / name).read_bytes())
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "sources")
    return folder


def wheel_of(checkout: Path, dist: Path) -> Path:
    dist.mkdir()
    return build_wheel(checkout, dist, PIP)


def test_the_wheel_installs_a_command_that_runs_outside_the_checkout(
    checkout: Path, tmp_path: Path
) -> None:
    wheel = wheel_of(checkout, tmp_path / "dist")
    venv.create(tmp_path / "venv")
    python = str(tmp_path / "venv" / "bin" / "python")
    install = [*PIP, "--python", python, "install", "--quiet", "--no-index", "--no-deps"]
    subprocess.run([*install, str(wheel)], check=True)
    # The libraries that it depends on: those of this environment, without the checkout itself.
    variables = {"PYTHONPATH": sysconfig.get_path("purelib")}

    for option, expected in (("--version", "orders 0."), ("--help", "Place, approve")):
        command = [str(tmp_path / "venv" / "bin" / "orders"), option]
        done = subprocess.run(
            command, env=variables, cwd=tmp_path, check=True, capture_output=True, text=True
        )
        assert expected in done.stdout


def test_a_commit_always_gives_the_same_wheel(checkout: Path, tmp_path: Path) -> None:
    first = wheel_of(checkout, tmp_path / "first").read_bytes()
    left_behind = checkout / "build" / "lib" / "cli" / "removed.py"
    left_behind.parent.mkdir(parents=True)
    left_behind.touch()

    assert wheel_of(checkout, tmp_path / "second").read_bytes() == first


def test_a_release_needs_a_clean_checkout_and_the_commit_of_its_tag(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet")
    git(tmp_path, "commit", "--quiet", "--allow-empty", "--message", "first")
    git(tmp_path, "tag", "v1.2.0")
    require_commit("v1.2.0", tmp_path)
    git(tmp_path, "commit", "--quiet", "--allow-empty", "--message", "second")
    require_commit("v1.3.0", tmp_path)
    with pytest.raises(ReleaseError, match=r"the tag v1\.2\.0 is on another commit"):
        require_commit("v1.2.0", tmp_path)
    (tmp_path / "new.py").touch()
    with pytest.raises(ReleaseError, match=r"commit these changes first[^?]*\?\? new\.py"):
        require_commit("v1.3.0", tmp_path)


def test_the_checksums_name_every_file(tmp_path: Path) -> None:
    (tmp_path / "notes.md").write_text("notes")

    write_checksums(tmp_path)

    sum_of_notes = hashlib.sha256(b"notes").hexdigest()
    assert (tmp_path / "SHA256SUMS").read_text() == f"{sum_of_notes}  notes.md\n"


def test_every_layer_has_a_bill_of_materials() -> None:
    sources = "".join(file.read_text() for file in (ROOT / "stacks").rglob("*.py"))
    locks = (ROOT / "requirements").glob("*.txt")

    assert {lock.stem for lock in locks if f'"requirements/{lock.name}"' in sources} == set(
        RUNTIME_LOCKS
    )
