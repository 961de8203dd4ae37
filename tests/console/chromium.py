"""Finds the browser of this machine. Playwright uses the installed one and downloads none."""

import os
import shutil
from collections.abc import Mapping

VARIABLE = "CHROMIUM"
NAMES = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = ("--no-sandbox", "--disable-dev-shm-usage")
"""As root and in containers, Chromium's sandbox and /dev/shm do not work. The browser opens
only pages of this project.
"""


def find_chromium(environment: Mapping[str, str] = os.environ) -> str | None:
    """Return the program that the variable CHROMIUM names, else the first one in PATH."""
    named = environment.get(VARIABLE)
    if named:
        return shutil.which(named)
    path = environment.get("PATH")
    return next((found for name in NAMES if (found := shutil.which(name, path=path))), None)


def why_not(environment: Mapping[str, str] = os.environ) -> str:
    """The reason why no browser was found, and the solution."""
    named = environment.get(VARIABLE)
    if named:
        return f"{VARIABLE} names {named}, which is no program: correct or unset it"
    return (
        f"none of {', '.join(NAMES)} is in PATH: `apt install chromium`, "
        f"or name a browser in the variable {VARIABLE}"
    )
