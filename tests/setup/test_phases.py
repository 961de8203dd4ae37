"""The commands of set-up and their environment variables."""

import re
import sys
from pathlib import Path

import pytest

from tests.setup.checkouts import Terminal, a_checkout
from tools.setup.phases import SYSTEM_CERTIFICATES, environment_for, phases_for

ROOT = Path(__file__).resolve().parents[2]


def test_a_fresh_checkout_runs_all_five_phases(tmp_path: Path) -> None:
    assert [phase.title for phase in phases_for(a_checkout(tmp_path))] == [
        "creating the virtual environment",
        "installing uv",
        "installing Python packages",
        "installing the command `orders`",
        "installing Node packages",
    ]


def test_every_python_package_is_checked_against_its_hash(tmp_path: Path) -> None:
    installers = phases_for(a_checkout(tmp_path))[1:3]

    assert all("--require-hashes" in phase.command for phase in installers)


def test_nothing_is_installed_outside_the_checkout(tmp_path: Path) -> None:
    checkout = a_checkout(tmp_path)
    _, *installers = phases_for(checkout)

    assert {Path(phase.command[0]).parent for phase in installers} == {checkout.venv / "bin"}
    redirected = {"PIP_TARGET": "/opt", "PIP_USER": "1", "PYTHONPATH": "/opt", "PATH": "/usr/bin"}
    assert environment_for(checkout, redirected) == {
        "PATH": f"{checkout.venv}/bin:/usr/bin",
        **SYSTEM_CERTIFICATES,
    }


def test_the_environment_is_created_by_a_python_outside_it(tmp_path: Path) -> None:
    # `.venv/bin/python -m venv --clear .venv` would delete the running Python.
    assert not phases_for(a_checkout(tmp_path))[0].command[0].startswith(f"{sys.prefix}/")


@pytest.mark.parametrize(
    ("theirs", "pip"),
    [
        ("UV_DEFAULT_INDEX", "PIP_INDEX_URL"),
        ("SSL_CERT_FILE", "PIP_CERT"),
        ("NODE_EXTRA_CA_CERTS", "PIP_CERT"),
    ],
)
def test_a_mirror_set_for_pip_serves_the_other_installers(
    terminal: Terminal, theirs: str, pip: str
) -> None:
    assert environment_for(terminal.checkout, {pip: "mirror"})[theirs] == "mirror"
    assert environment_for(terminal.checkout, {pip: "mirror", theirs: "own"})[theirs] == "own"


@pytest.mark.parametrize(
    "name", ["requirements.txt", "requirements/dev.txt", "requirements/uv.txt"]
)
def test_every_locked_python_package_has_a_version_and_hashes(name: str) -> None:
    joined = (ROOT / name).read_text().replace("\\\n", "")
    locked = [line for line in joined.splitlines() if line and not line.lstrip().startswith("#")]

    assert locked
    assert [line for line in locked if not re.match(r"[\w.-]+(\[.+\])?==\S+ .*--hash=", line)] == []


@pytest.mark.parametrize(
    "name",
    ["requirements.txt", "requirements/dev.txt", "requirements/uv.txt", "package-lock.json"],
)
def test_lock_files_name_no_host(name: str) -> None:
    text = (ROOT / name).read_text()

    assert re.findall(r"https?://|--index-url|--find-links|\"resolved\"", text) == []


def test_both_locks_agree_on_every_shared_package() -> None:
    def versions(name: str) -> set[str]:
        return set(re.findall(r"^[\w.-]+==[^ ;]+", (ROOT / name).read_text(), re.MULTILINE))

    assert versions("requirements.txt") <= versions("requirements/dev.txt")
