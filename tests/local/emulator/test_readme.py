"""The emulator's README lists every fix with its AWS source, module and tests."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.emulator.fixes import FIXES, Fix
from local.host.folders import REPOSITORY

README = (REPOSITORY / "local" / "emulator" / "README.md").read_text()
TESTS = REPOSITORY / "tests" / "parity"


def covered_fixes(file: Path) -> Iterator[str]:
    """The fixes that the tests of a file are marked to cover."""
    for node in ast.walk(ast.parse(file.read_text())):
        for decorator in node.decorator_list if isinstance(node, ast.FunctionDef) else ():
            match decorator:
                case ast.Call(func=ast.Name("covers_fix"), args=[ast.Constant(str(name))]):
                    yield name


def row(fix: Fix) -> str:
    module = f"[{Path(fix.module).name}]({fix.module})"
    files = [file for file in sorted(TESTS.glob("test_*.py")) if fix.name in covered_fixes(file)]
    tests = ", ".join(f"[{file.name}](../../tests/parity/{file.name})" for file in files)
    return f"| `{fix.name}` | {fix.behaviour} | {fix.source} | {module} | {tests} |"


@pytest.mark.parametrize("fix", FIXES.values(), ids=lambda fix: fix.name)
def test_the_readme_has_the_row_of_a_fix(fix: Fix) -> None:
    assert row(fix) in README.splitlines()


def test_the_readme_lists_no_other_fix() -> None:
    rows = [line for line in README.splitlines() if line.startswith("| ")]
    listed = [line for line in rows if "](../../tests/parity/test_" in line]
    assert len(listed) == len(FIXES)
