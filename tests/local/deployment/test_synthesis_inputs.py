"""A template is reused only while everything that its synthesis reads is unchanged."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.deployment import synthesis_inputs
from local.deployment.synthesis_inputs import input_files, input_key
from local.host.folders import REPOSITORY

READ = (
    "app.py",
    "cdk.json",
    "cdk.context.json",
    "environments.toml",
    "requirements/dev.txt",
    "requirements/layer.txt",
    "package-lock.json",
    "node_modules/aws-cdk/package.json",
    "docs/openapi.json",
    "stacks/packaging/packages.py",
    "lambdas/domain/order.py",
    "console/index.html",
    "statemachine/order_workflow.asl.json",
    "local/deployment/emulator_app.py",
    "tools/setup/phases.py",
    "a_new_folder/data.json",
)
UNREAD = (
    "README.md",
    ".coverage",
    ".venv/lib/module.py",
    ".local/state.json",
    "tests/test_order.py",
    "cli/app.py",
    "docs/local.md",
    "local/scenarios/01-happy-path.toml",
    "lambdas/__pycache__/order.cpython-311.pyc",
    "cdk.out/manifest.json",
    "node_modules/ajv/package.json",
)


def write(root: Path, name: str, text: str) -> None:
    (root / name).parent.mkdir(parents=True, exist_ok=True)
    (root / name).write_text(text)


@pytest.mark.parametrize("name", READ)
def test_a_read_file_changes_the_key(tmp_path: Path, name: str) -> None:
    keys = [input_key(tmp_path, {})]
    for text in ("one", "two"):
        write(tmp_path, name, text)
        keys.append(input_key(tmp_path, {}))

    assert len(set(keys)) == 3


@pytest.mark.parametrize("name", UNREAD)
def test_an_unread_file_does_not_change_the_key(tmp_path: Path, name: str) -> None:
    before = input_key(tmp_path, {})
    write(tmp_path, name, "one")

    assert input_key(tmp_path, {}) == before


def test_a_renamed_file_changes_the_key(tmp_path: Path) -> None:
    write(tmp_path, "lambdas/one.py", "text")
    before = input_key(tmp_path, {})
    (tmp_path / "lambdas/one.py").rename(tmp_path / "lambdas/two.py")

    assert input_key(tmp_path, {}) != before


@pytest.mark.parametrize("context", [{"target": "aws"}, {"target": "emulator", "release": "2"}])
def test_the_context_changes_the_key(tmp_path: Path, context: dict[str, str]) -> None:
    assert input_key(tmp_path, context) != input_key(tmp_path, {"target": "emulator"})


def test_another_python_changes_the_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = input_key(tmp_path, {})
    monkeypatch.setattr(sys, "version", "3.99.0")

    assert input_key(tmp_path, {}) != before


def test_another_version_of_a_package_changes_the_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = input_key(tmp_path, {})
    monkeypatch.setattr(synthesis_inputs, "installed_packages", lambda: ["aws-cdk-lib==9.9.9"])

    assert input_key(tmp_path, {}) != before


def test_every_module_of_the_deployed_application_is_an_input() -> None:
    modules = set(_imported(REPOSITORY / "local" / "deployment" / "emulator_app.py", set()))

    assert {REPOSITORY / "app.py", REPOSITORY / "stacks" / "order_workflow_stack.py"} <= modules
    assert modules <= set(input_files(REPOSITORY))


def _imported(file: Path, seen: set[Path]) -> Iterator[Path]:
    """The file and every module of the repository that it imports, directly or not."""
    if file in seen:
        return
    seen.add(file)
    yield file
    for node in ast.walk(ast.parse(file.read_text())):
        for name in _module_names(node):
            for found in _files_of(name):
                yield from _imported(found, seen)


def _module_names(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [name.name for name in node.names]
    if isinstance(node, ast.ImportFrom) and node.module:
        return [node.module, *(f"{node.module}.{name.name}" for name in node.names)]
    return []


def _files_of(module: str) -> Iterator[Path]:
    """The files that an import executes: the module and the packages around it."""
    parts = module.split(".")
    for count in range(1, len(parts) + 1):
        path = REPOSITORY.joinpath(*parts[:count])
        yield from (one for one in (path / "__init__.py", path.with_suffix(".py")) if one.is_file())
