"""Can this Python set the project up? Parses on Python 3.6: see the package's docstring."""

import importlib.util
import shutil
import subprocess
import sys

OLDEST = (3, 11)
TESTED = ("3.11", "3.12", "3.13")


def problem_with_this_python() -> str:
    """What stops the running Python from being used, and the way out; empty when nothing does."""
    return problem_with_version(tuple(sys.version_info[:3]), sys.executable) or problem_with_venv()


def problem_with_version(version: "tuple[int, ...]", executable: str) -> str:
    """The complaint about a Python older than OLDEST; empty for a good one."""
    if version[:2] >= OLDEST:
        return ""
    return (
        f"This project needs Python 3.11 or newer (tested with {', '.join(TESTED)}), "
        f"but {executable} is Python {'.'.join(map(str, version))}.\n"
        f"{_way_out(newer_python_on_path())}"
    )


def _way_out(found: str) -> str:
    if found:
        return f"This machine has {found}, so use it:\n\n    make demo PYTHON={found}"
    return (
        "Install one (Debian, Ubuntu: sudo apt-get install python3.12 python3.12-venv; "
        "macOS: brew install python@3.12), then use it:\n\n"
        "    make demo PYTHON=python3.12"
    )


def newer_python_on_path() -> str:
    """The name of the newest tested Python that starts on this machine; empty if none does."""
    for name in ["python" + version for version in reversed(TESTED)]:
        if shutil.which(name) and _starts(name):
            return name
    return ""


def _starts(name: str) -> bool:
    """False for a version manager's placeholder, which is on PATH with no Python behind it."""
    quiet = subprocess.DEVNULL
    return subprocess.call([name, "-c", ""], stdout=quiet, stderr=quiet) == 0


def problem_with_venv() -> str:
    """The complaint about a Python that cannot make virtual environments; empty for a good one."""
    missing = [name for name in ("venv", "ensurepip") if importlib.util.find_spec(name) is None]
    if not missing:
        return ""
    own_package = f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"
    return (
        f"{sys.executable} cannot make a virtual environment: it has no {' and no '.join(missing)}."
        "\nDebian and Ubuntu package this apart. Run:\n\n"
        "    sudo apt-get install python3-venv\n\n"
        f"(or {own_package}, if python3 is not the Python that you use), then try again."
    )
