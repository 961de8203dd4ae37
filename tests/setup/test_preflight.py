"""The output of set-up when the Python cannot be used."""

import ast
import importlib.util
from importlib.machinery import ModuleSpec
from pathlib import Path

import pytest

from tools.setup import preflight

ROOT = Path(__file__).resolve().parents[2]
OLDEST_PARSED = (3, 6)


def without(monkeypatch: pytest.MonkeyPatch, *missing: str) -> None:
    real = importlib.util.find_spec

    def find_spec(name: str, package: str | None = None) -> ModuleSpec | None:
        return None if name in missing else real(name, package)

    monkeypatch.setattr(importlib.util, "find_spec", find_spec)


def an_executable(folder: Path, name: str, script: str) -> None:
    program = folder / name
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)


@pytest.mark.parametrize("version", [(3, 11, 0), (3, 12, 4), (3, 13, 0), (4, 0, 0)])
def test_a_new_enough_python_is_accepted(version: tuple[int, ...]) -> None:
    assert preflight.problem_with_version(version, "/usr/bin/python3") == ""


@pytest.mark.parametrize("version", [(3, 10, 13), (3, 9, 2), (3, 6, 15)])
@pytest.mark.parametrize("others", [(), ("python3.12", "python3.11")], ids=["alone", "others"])
def test_an_old_python_suggests_the_newest_tested_one_that_starts_or_to_install_one(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    version: tuple[int, ...],
    others: tuple[str, ...],
) -> None:
    an_executable(tmp_path, "python3.13", "exit 127")  # a version manager's placeholder
    for name in others:
        an_executable(tmp_path, name, "exit 0")
    monkeypatch.setenv("PATH", str(tmp_path))

    problem = preflight.problem_with_version(version, "/usr/bin/python3")

    assert "needs Python 3.11 or newer (tested with 3.11, 3.12, 3.13)" in problem
    assert f"/usr/bin/python3 is Python {'.'.join(map(str, version))}." in problem
    assert "make demo PYTHON=python3.12" in problem
    assert ("Install one" in problem) is (others == ())


@pytest.mark.parametrize("missing", ["venv", "ensurepip"])
def test_a_python_without_venv_suggests_the_debian_package(
    missing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    without(monkeypatch, missing)

    problem = preflight.problem_with_this_python()

    assert f"it has no {missing}" in problem
    assert "apt-get install python3-venv" in problem


def test_the_python_of_these_tests_has_no_problem() -> None:
    assert preflight.problem_with_this_python() == ""


@pytest.mark.parametrize(
    "path",
    [
        "tools/__init__.py",
        "tools/setup/__init__.py",
        "tools/setup/__main__.py",
        "tools/setup/preflight.py",
    ],
)
def test_the_modules_that_an_old_python_reads_parse_there(path: str) -> None:
    source = (ROOT / path).read_text()

    ast.parse(source, path, feature_version=OLDEST_PARSED)
    assert "from __future__" not in source  # `annotations` is an error before 3.7


def test_the_package_around_set_up_imports_nothing() -> None:
    body = ast.parse((ROOT / "tools" / "__init__.py").read_text()).body

    assert not [node for node in body if isinstance(node, ast.Import | ast.ImportFrom)]
