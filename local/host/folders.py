"""The folders of the repository and of a local environment."""

import os
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
HOME_VARIABLE = "ORDER_WORKFLOW_LOCAL_DIR"
"""Environment variable for a folder other than `.local`, to run a second environment."""


@dataclass(frozen=True, slots=True)
class Folders:
    """The files of one environment, all below `home`."""

    home: Path

    @classmethod
    def default(cls) -> "Folders":
        """The folders that HOME_VARIABLE selects, by default `.local`."""
        return cls(Path(os.environ.get(HOME_VARIABLE) or REPOSITORY / ".local").resolve())

    @property
    def state_file(self) -> Path:
        return self.home / "state.json"

    @property
    def lock_file(self) -> Path:
        return self.home / "lock"

    @property
    def assemblies(self) -> Path:
        """Cache of synthesised stacks, shared by all environments of the repository."""
        return REPOSITORY / ".local" / "assemblies"

    def database(self, name: str) -> Path:
        """The path of the database of an example service. Creates its folder."""
        folder = self.home / "services"
        folder.mkdir(parents=True, exist_ok=True)
        return folder / f"{name}.sqlite"

    def log(self, name: str) -> Path:
        """The path of a log file. Creates its folder."""
        folder = self.home / "logs"
        folder.mkdir(parents=True, exist_ok=True)
        return folder / f"{name}.log"
