"""Folders made once and kept by a digest of their inputs. Safe for concurrent syntheses."""

import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

KEPT = 4
"""Folders of one name that are kept; the least recently used ones are deleted."""


def digest(root: Path, files: Iterable[Path], *words: str) -> str:
    """A digest of files (path below `root` and content) and of words; the same on every machine."""
    found = hashlib.sha256("\0".join(words).encode())
    for path in sorted(files):
        content = hashlib.sha256(path.read_bytes()).digest()
        found.update(f"\0{path.relative_to(root).as_posix()}\0".encode() + content)
    return found.hexdigest()


def cached_folder(cache: Path, name: str, key: str, fill: Callable[[Path], None]) -> Path:
    """The folder `<name>-<key>` of the cache; `fill` writes its content if it does not exist.

    It is filled beside its final place and then renamed: an interrupted or concurrent synthesis
    never leaves or sees a half-made folder.
    """
    folder = cache / f"{name}-{key[:16]}"
    if not folder.is_dir():
        cache.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(prefix=".draft-", dir=cache))
        try:
            fill(draft)
            _publish(draft, folder)
        finally:
            shutil.rmtree(draft, ignore_errors=True)
    os.utime(folder)
    _delete_oldest(cache, name)
    return folder


def _publish(draft: Path, folder: Path) -> None:
    draft.chmod(0o755)
    try:
        draft.rename(folder)
    except OSError:
        if not folder.is_dir():  # else another synthesis was faster
            raise


def _delete_oldest(cache: Path, name: str) -> None:
    found = sorted(cache.glob(f"{name}-*"), key=lambda path: path.stat().st_mtime)
    for folder in found[:-KEPT]:
        with suppress(OSError):  # another synthesis deletes it
            # Renamed first: an interrupted deletion leaves no incomplete folder under its name.
            shutil.rmtree(folder.rename(Path(tempfile.mkdtemp(prefix=".draft-", dir=cache))))
