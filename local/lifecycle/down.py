"""`down`: end everything, and wait until it is gone."""

from local.lifecycle.running import clear_away
from local.machine.folders import Folders
from local.machine.locking import only_one
from local.machine.progress import phase


def down(folders: Folders) -> bool:
    """End the environment with all of its processes; False if there was none."""
    with only_one(folders.lock_file), phase("taking the environment down"):
        return clear_away(folders)
