"""The MiniStack version that the fixes were written for and tested with."""

from importlib.metadata import PackageNotFoundError, version

PINNED_VERSION = "1.5.33"


class WrongVersion(RuntimeError):
    """Another MiniStack version is installed, so fixes might have no effect."""


def require_pinned_version(installed: str | None = None) -> None:
    """Raise WrongVersion for any other MiniStack than the pinned one.

    ``installed`` is for tests; by default it is the version of the installed distribution.
    """
    found = installed or _installed_version()
    if found != PINNED_VERSION:
        raise WrongVersion(
            f"The local emulator needs ministack=={PINNED_VERSION}, but found {found}. "
            "Its fixes replace whole functions of that version. Install the pinned version, or "
            "check every fix with tests/parity on the new one before changing PINNED_VERSION."
        )


def _installed_version() -> str:
    try:
        return version("ministack")
    except PackageNotFoundError:
        return "none"
