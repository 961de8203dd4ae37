"""Imports in `local/` point down the layers of its README; the emulator stands alone."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.host.folders import REPOSITORY

LAYERS = (
    *("commands", "scenario_runner", "lifecycle", "checks"),
    *("deployment", "services", "data", "localstripe", "host"),
)
OURS = ("app", "bench", "cli", "lambdas", "local", "stacks", "tests", "tools")


def imports(folder: Path) -> Iterator[tuple[str, str]]:
    """(file, imported module) of every import of this repository's modules below a folder."""
    for file in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            names: list[str] = []
            if isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
            elif isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            yield from (
                (str(file.relative_to(REPOSITORY)), name)
                for name in names
                if name.split(".")[0] in OURS
            )


@pytest.mark.parametrize("layer", LAYERS)
def test_a_layer_imports_only_layers_below_it(layer: str) -> None:
    allowed = LAYERS[LAYERS.index(layer) :]
    strange = [
        (file, name)
        for file, name in imports(REPOSITORY / "local" / layer)
        if name.startswith("local.") and name.split(".")[1] not in allowed
    ]
    assert strange == []


def test_no_command_loads_the_cdk_library() -> None:
    """It takes seconds, and needs Node.js in PATH. Only `cdk` loads it, which runs in `.venv`."""
    loaded = "import sys, local.commands; print(sorted({'aws_cdk', 'jsii'} & set(sys.modules)))"

    done = subprocess.run(
        [sys.executable, "-c", loaded], cwd=REPOSITORY, capture_output=True, text=True, check=True
    )

    assert done.stdout.strip() == "[]"


def test_the_emulator_imports_nothing_else_of_the_repository() -> None:
    found = imports(REPOSITORY / "local" / "emulator")
    assert [one for one in found if not one[1].startswith("local.emulator")] == []
