"""Read and write files; operating system errors become WrongUsage."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cli.problems import WrongUsage


@contextmanager
def translate_file_errors(file: Path, *, advice: str) -> Iterator[None]:
    """Turn an OSError into WrongUsage with the name of the file or folder."""
    try:
        yield
    except OSError as error:
        raise WrongUsage(
            f"{error.filename or file}: {error.strerror or error}", advice=advice
        ) from error


def make_folder(folder: Path) -> None:
    """Create a folder and its parents if they do not exist. Raises WrongUsage."""
    if folder.is_symlink() and not folder.exists():
        raise WrongUsage(
            f"{folder} is a symbolic link to {folder.readlink()}, which does not exist",
            advice="create that folder, or name another",
        )
    if folder.exists() and not folder.is_dir():
        raise WrongUsage(f"{folder} is not a folder", advice="name a folder")
    with translate_file_errors(folder, advice="name a writable folder"):
        folder.mkdir(parents=True, exist_ok=True)


def replace(file: Path, text: str, *, mode: int = 0o666) -> None:
    """Write a file atomically; follows symbolic links. Raises WrongUsage."""
    with translate_file_errors(
        file, advice="check free space and permissions, or name another place"
    ):
        target = Path(os.path.realpath(file))
        draft = target.with_name(f"{target.name}.{os.getpid()}.part")
        try:
            _write(draft, text, mode)
            draft.replace(target)
        finally:
            draft.unlink(missing_ok=True)


def _write(file: Path, text: str, mode: int) -> None:
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    with os.fdopen(descriptor, "w", encoding="utf-8") as written:
        written.write(text)
