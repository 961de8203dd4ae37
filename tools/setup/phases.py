"""What set-up runs, in order, and the environment it runs in."""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass

from tools.setup.checkout import Checkout


@dataclass(frozen=True)
class Phase:
    """One command, and what to call it in front of a person."""

    title: str
    command: tuple[str, ...]


_AS_IT_IS = ("--no-deps", "--no-build-isolation", "--offline")
"""Of this checkout alone, by the setuptools that was just installed."""


def phases_for(checkout: Checkout) -> list[Phase]:
    """The commands that bring a checkout up to its lock files; a sound `.venv` is kept."""
    kept = checkout.venv_is_sound()
    return [*([] if kept else [_environment(checkout)]), *_installations(checkout)]


def _environment(checkout: Checkout) -> Phase:
    # Not sys.executable: that may be the `.venv` which is about to be cleared.
    base = getattr(sys, "_base_executable", sys.executable)
    command = (base, "-m", "venv", "--clear", str(checkout.venv))
    return Phase("creating the virtual environment", command)


def _installations(checkout: Checkout) -> list[Phase]:
    """All from wheels, checked against the locked hashes: no script of a package runs, and nothing
    is built but the command of this checkout.
    """
    python, programs = str(checkout.python), checkout.venv / "bin"
    pip = (python, "-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check")
    uv = (str(programs / "uv"), "pip", "sync", "--python", python, "--no-progress")
    npm = (str(programs / "npm"), "ci", "--include=dev", "--ignore-scripts", "--no-progress")
    editable = (uv[0], "pip", "install", "--python", python, "--no-progress", *_AS_IT_IS)
    hashed = ("--require-hashes", "--only-binary", ":all:")
    return [
        Phase("installing uv", (*pip, *hashed, "-r", "requirements-uv.txt")),
        Phase("installing Python packages", (*uv, *hashed, "requirements-dev.txt")),
        Phase("installing the command `orders`", (*editable, "--editable", ".")),
        Phase("installing Node packages", npm),
    ]


# uv and npm do not read pip's settings: a mirror that is configured for pip serves all three.
CARRIED_OVER = {
    "UV_DEFAULT_INDEX": "PIP_INDEX_URL",
    "UV_INDEX": "PIP_EXTRA_INDEX_URL",
    "SSL_CERT_FILE": "PIP_CERT",
    "NODE_EXTRA_CA_CERTS": "PIP_CERT",
}
# Settings of the caller's shell that would send packages elsewhere than into this checkout.
DROPPED = ("PYTHONHOME", "PYTHONPATH", "VIRTUAL_ENV", "PIP_PREFIX", "PIP_TARGET", "PIP_USER")


def environment_for(checkout: Checkout, inherited: Mapping[str, str]) -> dict[str, str]:
    """The caller's environment, made fit for the phases."""
    environment = {name: value for name, value in inherited.items() if name not in DROPPED}
    for name, source in CARRIED_OVER.items():
        if source in environment:
            environment.setdefault(name, environment[source])
    environment["PATH"] = os.pathsep.join(
        [str(checkout.venv / "bin"), environment.get("PATH", os.defpath)]
    )
    return environment
