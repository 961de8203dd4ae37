"""The installed state of a checkout, compared with its lock files."""

import hashlib
import platform
from configparser import ConfigParser
from dataclasses import dataclass
from pathlib import Path

LOCK_FILES = ("requirements/dev.txt", "requirements/uv.txt", "package.json", "package-lock.json")


@dataclass(frozen=True)
class Checkout:
    """The paths of one checkout, and the files in which set-up records its state."""

    root: Path

    @property
    def venv(self) -> Path:
        return self.root / ".venv"

    @property
    def node_modules(self) -> Path:
        return self.root / "node_modules"

    @property
    def python(self) -> Path:
        return self.venv / "bin" / "python"

    @property
    def stamp(self) -> Path:
        """Contains the fingerprint of the last finished set-up."""
        return self.venv / ".setup-stamp"

    @property
    def unfinished(self) -> Path:
        """Exists while a set-up runs, and after an unfinished one."""
        return self.root / ".local" / "setup-unfinished"

    @property
    def log(self) -> Path:
        return self.root / ".local" / "setup.log"

    @property
    def lock(self) -> Path:
        return self.root / ".local" / "setup.lock"

    def fingerprint(self) -> str:
        """A digest of the lock files, the Python version and the path, which scripts contain."""
        digest = hashlib.sha256()
        for part in (platform.python_version(), platform.machine(), str(self.root)):
            digest.update(part.encode() + b"\0")
        for name in LOCK_FILES:
            digest.update((self.root / name).read_bytes() + b"\0")
        return digest.hexdigest()

    def is_current(self) -> bool:
        """Whether the packages of the lock files are installed."""
        installed = self.python.exists() and self.node_modules.is_dir()
        return installed and self._read_stamp() == self.fingerprint()

    def _read_stamp(self) -> str:
        return self.stamp.read_text() if self.stamp.exists() else ""

    def venv_is_usable(self) -> bool:
        """Whether `.venv` can be kept: complete, created at this path by this Python version."""
        settings = self._venv_settings()
        return (
            self.python.exists()
            and not self.unfinished.exists()
            and settings.get("version") == platform.python_version()
            and settings.get("command", "").endswith(f" {self.venv}")
        )

    def _venv_settings(self) -> dict[str, str]:
        """The content of pyvenv.cfg, an INI file without a section."""
        settings = self.venv / "pyvenv.cfg"
        parser = ConfigParser(interpolation=None)
        parser.read_string("[venv]\n" + (settings.read_text() if settings.exists() else ""))
        return dict(parser["venv"])

    def begin(self) -> None:
        """Mark the checkout as incomplete until `finish`, also after a crash.

        A link to the environment of another checkout is removed: the installers would follow it
        and clear that environment.
        """
        self.unfinished.parent.mkdir(parents=True, exist_ok=True)
        self.unfinished.touch()
        for folder in (self.venv, self.node_modules):
            if folder.is_symlink():
                folder.unlink()
        self.stamp.unlink(missing_ok=True)

    def finish(self) -> None:
        """Mark the checkout as complete."""
        self.stamp.write_text(self.fingerprint())
        self.unfinished.unlink()
