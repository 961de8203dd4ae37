"""The libraries of a lock file, installed for the functions' platform."""

import os
import shutil
import subprocess
import sys
from collections.abc import Collection
from pathlib import Path

from uv import find_uv_bin

from stacks.packaging import PackagingError
from tools.setup.phases import PIP_SETTINGS

PLATFORM = "aarch64-manylinux2014"
"""Wheels for Lambda on arm64: Amazon Linux 2023 has a newer glibc than these wheels require."""

_UNUSED = ("bin", ".lock", "**/tests", "**/*.pyi", "**/py.typed", "**/__pycache__")
"""Files that no function reads. The `.dist-info` folders stay: they hold the licences."""


def install_libraries(lock: Path, folder: Path, *, python_version: str) -> None:
    """Install the wheels of a lock file, checked against its hashes. Raises PackagingError.

    uv selects the wheels of the functions' platform on every machine.
    """
    arguments = ["--target", str(folder), "--python", sys.executable]
    quiet = ["--no-progress", "--color", "never"]
    platform = ["--python-platform", PLATFORM, "--python-version", python_version]
    only = ["--only-binary", ":all:", "--require-hashes", "--no-deps", "--link-mode", "copy"]
    command = [find_uv_bin(), "pip", "install", *arguments, *quiet, *platform, *only]
    command += ["-r", str(lock)]
    outcome = subprocess.run(  # noqa: S603  # no input of a user
        command, env=_environment(), capture_output=True, text=True, check=False
    )
    if outcome.returncode != 0:
        raise PackagingError(
            f"the libraries of {lock.name} could not be installed for Lambda "
            f"(Python {python_version}, {PLATFORM}):\n{outcome.stderr.strip()}\n"
            "This needs the package registry once per change of the lock file."
        )
    _delete_unused(folder)


def keep_services(folder: Path, services: Collection[str]) -> None:
    """Delete the models of all AWS services but these from botocore: two thirds of a layer."""
    data = folder / "botocore" / "data"
    missing = [service for service in services if not (data / service).is_dir()]
    if missing:
        raise PackagingError(f"botocore has no service {', '.join(missing)}")
    for path in data.iterdir():
        if path.is_dir() and path.name not in services:
            shutil.rmtree(path)


def _environment() -> dict[str, str]:
    """The environment, with pip's settings for mirrors and certificates under uv's names."""
    settings = {name: os.environ[old] for name, old in PIP_SETTINGS.items() if old in os.environ}
    return {**settings, **os.environ}


def _delete_unused(folder: Path) -> None:
    for pattern in _UNUSED:
        for path in list(folder.glob(pattern)):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
