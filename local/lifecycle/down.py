"""`down`: stop the environment and wait until its processes have ended."""

from local.host.folders import Folders
from local.host.locking import exclusive_lock
from local.host.progress import phase
from local.lifecycle.running import remove_environment


def down(folders: Folders) -> bool:
    """Stop the environment with all its processes; False if none was running."""
    with exclusive_lock(folders.lock_file), phase("stopping the environment"):
        return remove_environment(folders)
