"""Check that this Python can set up the project. Parses on Python 3.6: see the package."""

import importlib.util
import shutil
import subprocess
import sys

OLDEST = (3, 11)
TESTED = ("3.11", "3.12", "3.13")


def problem_with_this_python() -> str:
    """The problem of the running Python, with advice; empty if there is none."""
    return problem_with_version(tuple(sys.version_info[:3]), sys.executable) or problem_with_venv()


def problem_with_version(version: "tuple[int, ...]", executable: str) -> str:
    """The problem of a Python older than OLDEST; empty for a newer one."""
    if version[:2] >= OLDEST:
        return ""
    return (
        f"This project needs Python 3.11 or newer (tested with {', '.join(TESTED)}), "
        f"but {executable} is Python {'.'.join(map(str, version))}.\n"
        f"{_advice(newer_python_on_path())}"
    )


def _advice(found: str) -> str:
    if found:
        return f"This machine has {found}, so use it:\n\n    make demo PYTHON={found}"
    return (
        "Install one (Debian, Ubuntu: sudo apt-get install python3.12 python3.12-venv; "
        "macOS: brew install python@3.12), then use it:\n\n"
        "    make demo PYTHON=python3.12"
    )


def newer_python_on_path() -> str:
    """The name of the newest tested Python that starts on this machine; empty without one."""
    for name in ["python" + version for version in reversed(TESTED)]:
        if shutil.which(name) and _starts(name):
            return name
    return ""


def _starts(name: str) -> bool:
    """False for the placeholder of a version manager, which starts no Python."""
    quiet = subprocess.DEVNULL
    return subprocess.call([name, "-c", ""], stdout=quiet, stderr=quiet) == 0


def problem_with_venv() -> str:
    """The problem of a Python that cannot create virtual environments; empty for others."""
    missing = [name for name in ("venv", "ensurepip") if importlib.util.find_spec(name) is None]
    if not missing:
        return ""
    package = f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"
    return (
        f"{sys.executable} cannot create a virtual environment: "
        f"it has no {' and no '.join(missing)}.\n"
        "On Debian and Ubuntu this is a separate package. Run:\n\n"
        "    sudo apt-get install python3-venv\n\n"
        f"(or {package}, if python3 is not the Python that you use), then try again."
    )
