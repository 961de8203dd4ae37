"""Where the repository is, and where one local environment keeps its files."""

import os
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
HOME_VARIABLE = "ORDER_WORKFLOW_LOCAL_DIR"
"""Names another folder than `.local`: a second environment beside the first."""


@dataclass(frozen=True, slots=True)
class Folders:
    """The files of one environment, all below `home`."""

    home: Path

    @classmethod
    def default(cls) -> "Folders":
        """The environment that this shell means."""
        return cls(Path(os.environ.get(HOME_VARIABLE) or REPOSITORY / ".local").resolve())

    @property
    def state_file(self) -> Path:
        return self.home / "state.json"

    @property
    def lock_file(self) -> Path:
        return self.home / "lock"

    @property
    def assemblies(self) -> Path:
        """Synthesised stacks by content. Shared by all environments of the repository."""
        return REPOSITORY / ".local" / "assemblies"

    def log(self, name: str) -> Path:
        """The log file of one part; its folder exists afterwards."""
        folder = self.home / "logs"
        folder.mkdir(parents=True, exist_ok=True)
        return folder / f"{name}.log"
