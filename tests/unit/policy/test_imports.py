"""Imports point inwards: the domain knows nothing, the edges know everything they need."""

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.definition import ROOT

STDLIB = frozenset(sys.stdlib_module_names)
OURS = ("lambdas", "stacks", "local", "cli", "tests", "tools", "app")

DOMAIN = {"lambdas.domain"}
SERVICES = {"lambdas.services"}
EDGE = {"lambdas.telemetry", "lambdas.tracing"}
ALLOWED: dict[str, tuple[set[str], set[str]]] = {
    # part of lambdas -> (our modules, third-party packages) besides the standard library
    "domain": (DOMAIN, set()),
    "settings": ({"lambdas.domain.workflow_versions"}, set()),
    "ulid": (set(), set()),
    "tracing": (set(), set()),
    "telemetry": (DOMAIN, {"aws_lambda_powertools"}),
    "adapters": (
        DOMAIN | {"lambdas.adapters"},
        {"botocore", "boto3", "stripe", "opentelemetry", "urllib3"},
    ),
    "executions": (DOMAIN | {"lambdas.executions"}, set()),
    "services": (DOMAIN | SERVICES | {"lambdas.executions"}, set()),
    "dependencies": (
        DOMAIN | SERVICES | EDGE | {"lambdas.adapters", "lambdas.settings", "lambdas.ulid"},
        set(),
    ),
    "activity_handler": (DOMAIN | EDGE | {"lambdas.dependencies"}, set()),
    "activities": (
        DOMAIN | SERVICES | EDGE | {"lambdas.activity_handler", "lambdas.dependencies"},
        set(),
    ),
    "handlers": (
        DOMAIN
        | SERVICES
        | EDGE
        | {"lambdas.dependencies", "lambdas.ulid", "lambdas.adapters.events.dynamodb_stream"}
        | {"lambdas.handlers.event_fields", "lambdas.handlers.message_batch"},
        set(),
    ),
}


def imports(file: Path) -> Iterator[tuple[str, bool]]:
    """(module, only for type checkers) of every import of a file, wherever it stands."""
    tree = ast.parse(file.read_text(), str(file))
    typing_only = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, id(node) in typing_only
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}: a relative import hides where it points"
            for module in _from(node):
                yield module, id(node) in typing_only


def _from(node: ast.ImportFrom) -> list[str]:
    """`from lambdas.adapters import x` may import the module `lambdas.adapters.x`."""
    module = node.module or ""
    if (ROOT / module.replace(".", "/")).is_dir():
        return [f"{module}.{alias.name}" for alias in node.names]
    return [module]


def files(part: str) -> list[Path]:
    path = ROOT / "lambdas" / part
    return sorted(path.rglob("*.py")) if path.is_dir() else [path.with_suffix(".py")]


def violations(file: Path, ours: set[str], packages: set[str]) -> list[str]:
    wrong = []
    for module, typing_only in imports(file):
        root = module.split(".")[0]
        if root in STDLIB or (typing_only and root.startswith("mypy_boto3")):
            continue
        if root in OURS:
            allowed = any(module == name or module.startswith(f"{name}.") for name in ours)
        else:
            allowed = root in packages
        if not allowed:
            wrong.append(f"{file.relative_to(ROOT)} imports {module}")
    return wrong


@pytest.mark.parametrize("part", sorted(ALLOWED))
def test_a_part_of_the_lambdas_imports_only_what_lies_further_in(part: str) -> None:
    found = files(part)

    assert found
    assert [w for file in found for w in violations(file, *ALLOWED[part])] == []


def test_the_api_never_imports_an_adapter_nor_the_sdk() -> None:
    wrong = [
        f"{file.relative_to(ROOT)} imports {module}"
        for file in files("api")
        for module, _ in imports(file)
        if module.startswith("lambdas.adapters") or module.split(".")[0] in ("boto3", "botocore")
    ]

    assert wrong == []


SHARED = {
    "stacks": {"lambdas.domain.workflow_versions"},
    "tools": {
        "lambdas.domain.workflow_versions",
        "lambdas.domain.order_lists",
        "lambdas.adapters.orders.dynamodb_index",
    },
}
"""Code of the functions that other folders read: the table of versions, and the index with which
`make predeploy` counts the open orders of a deployed stack.
"""


@pytest.mark.parametrize("folder", ["stacks", "local", "cli", "tools"])
def test_tools_never_import_the_code_that_runs_in_lambda(folder: str) -> None:
    wrong = [
        f"{file.relative_to(ROOT)} imports {module}"
        for file in sorted((ROOT / folder).rglob("*.py"))
        for module, _ in imports(file)
        if module.split(".")[0] == "lambdas" and module not in SHARED.get(folder, ())
    ]

    assert wrong == []


def test_every_file_of_the_lambdas_is_under_a_rule() -> None:
    ruled = {file for part in (*ALLOWED, "api") for file in files(part)}
    package = ROOT / "lambdas" / "__init__.py"

    assert {f for f in (ROOT / "lambdas").rglob("*.py") if f != package} <= ruled


def test_a_forbidden_import_is_noticed() -> None:
    culprit = ROOT / "tests" / "unit" / "policy" / "test_imports.py"

    assert violations(culprit, set(), set()) == [
        "tests/unit/policy/test_imports.py imports pytest",
        "tests/unit/policy/test_imports.py imports tests.support.definition",
    ]


def test_the_package_of_the_command_line_declares_the_libraries_that_it_imports() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = (one for extra in project["optional-dependencies"].values() for one in extra)
    declared = {re.split(r"[<>=\[]", one)[0] for one in (*project["dependencies"], *extras)}
    modules = (module for file in (ROOT / "cli").rglob("*.py") for module, _ in imports(file))
    imported = {module.partition(".")[0] for module in modules} - STDLIB - set(OURS)

    assert {one for one in imported if not one.startswith("mypy_boto3_")} <= declared | {"botocore"}
