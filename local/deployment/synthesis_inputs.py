"""The inputs of a synthesis: a template is reused only while all of them are unchanged."""

import os
import sys
from collections.abc import Iterator, Mapping
from importlib.metadata import distributions
from pathlib import Path

from stacks.packaging.cache import digest

_UNREAD_FOLDERS = frozenset(
    ("bench", "build", "cdk.out", "cli", "dist", "htmlcov", "mutants", "node_modules", "tests")
)
"""Folders of the repository that no synthesis reads. A new folder counts as an input: a template
that is synthesised without need costs seconds, an outdated template deploys the wrong system.
"""
_READ_PARTS = {"docs": ("openapi.json",), "local": ("__init__.py", "deployment")}
"""What a synthesis reads of a folder that it does not read as a whole."""
_CDK_COMMAND_LINE = Path("node_modules/aws-cdk/package.json")


def input_key(root: Path, context: Mapping[str, str]) -> str:
    """A digest of the sources, the context, Python, the packages and the CDK command line."""
    words = [f"{name}={value}" for name, value in sorted(context.items())]
    return digest(root, input_files(root), sys.version, *installed_packages(), *words)


def input_files(root: Path) -> Iterator[Path]:
    """Every file of the repository that a synthesis may read."""
    for folder, subfolders, files in os.walk(root):
        here = Path(folder)
        subfolders[:] = [name for name in subfolders if _is_read((here / name).relative_to(root))]
        paths = (here / name for name in files)
        yield from (path for path in paths if _is_read(path.relative_to(root)))
    if (root / _CDK_COMMAND_LINE).is_file():
        yield root / _CDK_COMMAND_LINE


def _is_read(path: Path) -> bool:
    """Whether a synthesis may read the file or folder, given by its path in the repository."""
    if path.name.startswith(".") or path.name == "__pycache__" or path.suffix == ".pyc":
        return False
    first, *rest = path.parts
    if first in _UNREAD_FOLDERS or first.endswith(".egg-info"):
        return False
    if not rest:
        return path.suffix != ".md"
    return first not in _READ_PARTS or rest[0] in _READ_PARTS[first]


def installed_packages() -> list[str]:
    """The installed Python packages with their versions: the lock file may be newer."""
    return sorted(
        f"{distribution.name}=={distribution.version}" for distribution in distributions()
    )
