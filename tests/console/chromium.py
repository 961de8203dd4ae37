"""The browser of this machine. Playwright downloads none: it drives the one that is installed."""

import os
import shutil
from collections.abc import Mapping

VARIABLE = "CHROMIUM"
NAMES = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = ("--no-sandbox", "--disable-dev-shm-usage")
"""Tests may run as root and in containers, where Chromium's sandbox and /dev/shm fail it; it sees
no page but ours.
"""


def find_chromium(environment: Mapping[str, str] = os.environ) -> str | None:
    """The program to start: the one that the variable CHROMIUM names, else the first in PATH."""
    named = environment.get(VARIABLE)
    if named:
        return shutil.which(named)
    path = environment.get("PATH")
    return next((found for name in NAMES if (found := shutil.which(name, path=path))), None)


def why_not(environment: Mapping[str, str] = os.environ) -> str:
    """Why there is no browser, and what to do."""
    named = environment.get(VARIABLE)
    if named:
        return f"{VARIABLE} names {named}, which is no program: correct or unset it"
    return (
        f"none of {', '.join(NAMES)} is in PATH: `apt install chromium`, "
        f"or name a browser in the variable {VARIABLE}"
    )
