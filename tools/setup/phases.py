"""The commands of set-up, in order, and their environment variables."""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass

from tools.setup.checkout import Checkout


@dataclass(frozen=True)
class Phase:
    """One command and its title."""

    title: str
    command: tuple[str, ...]


_WITHOUT_DOWNLOADS = ("--no-deps", "--no-build-isolation", "--offline")
"""The command of this checkout is built by the installed setuptools."""


def phases_for(checkout: Checkout) -> list[Phase]:
    """The commands that install the lock files; a usable `.venv` is kept."""
    kept = checkout.venv_is_usable()
    return [*([] if kept else [_create_environment(checkout)]), *_installations(checkout)]


def _create_environment(checkout: Checkout) -> Phase:
    # Not sys.executable: that may be the `.venv` which is about to be cleared.
    base = getattr(sys, "_base_executable", sys.executable)
    command = (base, "-m", "venv", "--clear", str(checkout.venv))
    return Phase("creating the virtual environment", command)


def _installations(checkout: Checkout) -> list[Phase]:
    """Install wheels, checked against the locked hashes. No script of a package runs, and only the
    command of this checkout is built.
    """
    python, programs = str(checkout.python), checkout.venv / "bin"
    pip = (python, "-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check")
    uv = (str(programs / "uv"), "pip", "sync", "--python", python, "--no-progress")
    npm = (str(programs / "npm"), "ci", "--include=dev", "--ignore-scripts", "--no-progress")
    editable = (uv[0], "pip", "install", "--python", python, "--no-progress", *_WITHOUT_DOWNLOADS)
    hashed = ("--require-hashes", "--only-binary", ":all:")
    return [
        Phase("installing uv", (*pip, *hashed, "-r", "requirements/uv.txt")),
        Phase("installing Python packages", (*uv, *hashed, "requirements/dev.txt")),
        Phase("installing the command `orders`", (*editable, "--editable", ".")),
        Phase("installing Node packages", npm),
    ]


PIP_SETTINGS = {
    "UV_DEFAULT_INDEX": "PIP_INDEX_URL",
    "UV_INDEX": "PIP_EXTRA_INDEX_URL",
    "SSL_CERT_FILE": "PIP_CERT",
    "NODE_EXTRA_CA_CERTS": "PIP_CERT",
}
"""Variable of uv or npm -> the variable of pip whose value it gets: a mirror or certificate that is
configured for pip serves all three.
"""
SYSTEM_CERTIFICATES = {"UV_SYSTEM_CERTS": "true", "NODE_USE_SYSTEM_CA": "1"}
"""uv and npm trust the certificates of the system, as pip does."""
_REMOVED = ("PYTHONHOME", "PYTHONPATH", "VIRTUAL_ENV", "PIP_PREFIX", "PIP_TARGET", "PIP_USER")
"""Variables of the caller that would install packages outside this checkout."""


def environment_for(checkout: Checkout, inherited: Mapping[str, str]) -> dict[str, str]:
    """The caller's environment variables, adapted to the phases."""
    environment = {name: value for name, value in inherited.items() if name not in _REMOVED}
    environment = {**SYSTEM_CERTIFICATES, **environment}
    for name, source in PIP_SETTINGS.items():
        if source in environment:
            environment.setdefault(name, environment[source])
    environment["PATH"] = os.pathsep.join(
        [str(checkout.venv / "bin"), environment.get("PATH", os.defpath)]
    )
    return environment
