"""`down`: stop the environment and wait until its processes have ended."""

from local.lifecycle.running import clear_away
from local.machine.folders import Folders
from local.machine.locking import only_one
from local.machine.progress import phase


def down(folders: Folders) -> bool:
    """Stop the environment with all its processes; False if none was running."""
    with only_one(folders.lock_file), phase("stopping the environment"):
        return clear_away(folders)
