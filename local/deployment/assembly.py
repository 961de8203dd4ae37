"""Cache of synthesised stacks: `cdk synth` takes most of the time of a deployment."""

import hashlib
import os
import shutil
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from local.deployment.cdk import run_cdk
from local.host.folders import REPOSITORY, Folders
from local.host.progress import phase

ANY_URL = "http://emulator.invalid"
"""Placeholder of the emulator's address in cached stacks: the port changes with every start."""
KEPT = 4
_SOURCES = (
    "app.py",
    "cdk.json",
    "environments.toml",
    "requirements.txt",
    "package-lock.json",
    "docs/openapi.json",
)
_SOURCE_FOLDERS = ("stacks", "lambdas", "statemachine")


def assembly(folders: Folders, context: Mapping[str, str], *, url: str) -> Path:
    """The cloud assembly of this checkout and context; synthesised only after a source changed.

    `url` is the emulator's address; the context may contain it.
    """
    context = {name: value.replace(url, ANY_URL) for name, value in context.items()}
    made = folders.assemblies / f"cdk.out.{fingerprint(REPOSITORY, context)}"
    if not made.is_dir():
        with phase("synthesising the stack"):
            _synthesise(folders, made, context, url=url)
    os.utime(made)
    _forget_oldest(folders.assemblies)
    return _for_emulator(made, folders.home / "cdk.out", url)


def _for_emulator(made: Path, copy: Path, url: str) -> Path:
    """A copy of an assembly, with the address of one emulator in its templates."""
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(made, copy)
    for template in copy.glob("*.template.json"):
        text = template.read_text(encoding="utf-8").replace(ANY_URL, url)
        template.write_text(text, encoding="utf-8")
    return copy


def fingerprint(root: Path, context: Mapping[str, str]) -> str:
    """A digest of all inputs of the assembly."""
    digest = hashlib.sha256(repr(sorted(context.items())).encode())
    for path in sorted(_sources(root)):
        digest.update(f"\0{path.relative_to(root)}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _sources(root: Path) -> Iterator[Path]:
    yield from (root / name for name in _SOURCES if (root / name).is_file())
    for folder in _SOURCE_FOLDERS:
        for path in (root / folder).rglob("*"):
            if path.is_file() and path.suffix != ".pyc":
                yield path


def _synthesise(folders: Folders, made: Path, context: Mapping[str, str], *, url: str) -> None:
    """Synthesise to a temporary folder, then rename it: an interrupted run leaves nothing."""
    draft = made.with_name(f"{made.name}.{os.getpid()}")
    made.parent.mkdir(parents=True, exist_ok=True)
    log = folders.log("synth")
    log.unlink(missing_ok=True)
    given = [word for name, value in context.items() for word in ("-c", f"{name}={value}")]
    app = f'"{sys.executable}" app.py'
    arguments = ["synth", "--quiet", "--app", app, "--output", str(draft), *given]
    try:
        run_cdk("synthesising", arguments, url=url, log=log)
        if not made.is_dir():
            draft.rename(made)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _forget_oldest(assemblies: Path) -> None:
    found = sorted(assemblies.glob("cdk.out.*"), key=lambda path: path.stat().st_mtime)
    for old in found[:-KEPT]:
        shutil.rmtree(old, ignore_errors=True)
