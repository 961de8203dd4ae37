"""The tree in which mutmut works: a copy in which activities are functions without a decorator.

mutmut leaves decorated functions out, because a decorator may use its function at import. So the
copy says `release_stock = activity(release_stock)` after the function, which is the same.
"""

import shutil
import tomllib
from collections.abc import Sequence
from pathlib import Path

import libcst as cst

from tests.support.definition import ROOT

FOLDER = ROOT / ".local" / "mutation"
_ACTIVITIES = Path("lambdas", "activities")
_IGNORED = shutil.ignore_patterns("__pycache__", ".hypothesis")


def stage() -> Path:
    """Make the copy, without the results of an earlier run. Returns its folder."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"][
        "mutmut"
    ]
    for name in (*settings["source_paths"], "tests", *settings["also_copy"]):
        shutil.copytree(ROOT / name, FOLDER / name, ignore=_IGNORED)
    shutil.copy(ROOT / "pyproject.toml", FOLDER)
    for file in sorted((FOLDER / _ACTIVITIES).glob("*.py")):
        file.write_text(without_decorators(file.read_text(encoding="utf-8")), encoding="utf-8")
    return FOLDER


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
