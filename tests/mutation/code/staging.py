"""The tree in which mutmut works on a part: a copy in which decorators are assignments.

mutmut leaves decorated functions out, because a decorator may use its function at import. So the
copy says `release_stock = activity(release_stock)` after the function, which is the same.
"""

import json
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

import libcst as cst

from tests.mutation.code.parts import Part
from tests.support.definition import ROOT

FOLDERS = ROOT / ".local" / "mutation"
SOURCES = "lambdas"
_ALSO_READ = ("local", "stacks", "statemachine", "tools", "console", "docs")
"""What tests read besides the code and each other."""
_DECORATED = ("activities", "api/routes")
_IGNORED = shutil.ignore_patterns("__pycache__", ".hypothesis", "node_modules")


def stage(name: str, part: Part, *, fresh: bool) -> Path:
    """Bring the copy of a part up to date. It keeps the results of an earlier run unless `fresh`.
    Returns its folder.
    """
    folder = FOLDERS / name
    if fresh:
        shutil.rmtree(folder, ignore_errors=True)
    for copied in (SOURCES, "tests", *_ALSO_READ):
        shutil.rmtree(folder / copied, ignore_errors=True)
        # `copy` makes the files new: mutmut then creates their mutants again.
        shutil.copytree(ROOT / copied, folder / copied, ignore=_IGNORED, copy_function=shutil.copy)
    for decorated in _DECORATED:
        for file in sorted((folder / SOURCES / decorated).glob("*.py")):
            file.write_text(without_decorators(file.read_text("utf-8")), "utf-8")
    settings = (ROOT / "pyproject.toml").read_text("utf-8") + configuration(part)
    (folder / "pyproject.toml").write_text(settings, "utf-8")
    return folder


def configuration(part: Part) -> str:
    """The table of pyproject.toml that configures mutmut for a part."""
    values = {
        "source_paths": [SOURCES],
        "only_mutate": [f"{SOURCES}/{pattern}" for pattern in part.sources],
        "do_not_mutate": [f"{SOURCES}/{pattern}" for pattern in part.not_sources],
        "also_copy": list(_ALSO_READ),
        "pytest_add_cli_args_test_selection": list(_tests(part)),
        # One process runs pytest many times; a log handler must not keep what one run captured.
        "pytest_add_cli_args": ["--capture=no", "-m", "not proof"],
        "use_git_change_detection": False,
    }
    lines = [f"{name} = {json.dumps(value)}" for name, value in values.items()]
    return "\n".join(["", "[tool.mutmut]", *lines, ""])


def _tests(part: Part) -> Iterator[str]:
    """The files of tests: a folder in which some are left out is spelled out."""
    left_out = {file for pattern in part.not_tests for file in (ROOT / "tests").glob(pattern)}
    for pattern in part.tests:
        for path in sorted((ROOT / "tests").glob(pattern)):
            files = [path] if path.is_file() else sorted(path.rglob("test_*.py"))
            yield from (str(file.relative_to(ROOT)) for file in files if file not in left_out)


def without_decorators(source: str) -> str:
    """The module, with the decorators of its functions applied by assignments."""
    return cst.parse_module(source).visit(_Undecorator()).code


class _Undecorator(cst.CSTTransformer):
    def leave_FunctionDef(  # noqa: N802  # the name is libcst's
        self, original_node: cst.FunctionDef, updated_node: cst.FunctionDef
    ) -> cst.FunctionDef | cst.FlattenSentinel[cst.BaseStatement]:
        if not updated_node.decorators:
            return updated_node
        plain = updated_node.with_changes(decorators=())
        return cst.FlattenSentinel([plain, *_assignments(updated_node)])


def _assignments(function: cst.FunctionDef) -> Sequence[cst.BaseStatement]:
    """`name = decorator(name)`, the innermost decorator first."""
    name = function.name
    return [
        cst.SimpleStatementLine(
            [cst.Assign([cst.AssignTarget(name)], cst.Call(decorator.decorator, [cst.Arg(name)]))]
        )
        for decorator in reversed(function.decorators)
    ]
