"""No module imports itself through other modules, and no folder does either."""

from collections.abc import Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from tests.support.definition import ROOT
from tests.unit.policy.test_imports import imports as imports_of

TREES = ("cli", "lambdas", "stacks")
_OF_LAMBDAS = ("lambdas", "lambdas.adapters", "lambdas.api", "lambdas.domain")
FOLDERS = (*_OF_LAMBDAS, "stacks", "cli", "tests.simulation")
"""Packages whose folders must not import each other in a cycle, even through different modules."""

Graph = Mapping[str, set[str]]


def module_name(file: Path) -> str:
    parts = file.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports(root: Path) -> Graph:
    """The imports between the modules below a folder, wherever the statement stands."""
    files = {module_name(file): file for file in sorted(root.rglob("*.py"))}

    def known(name: str) -> str:
        """The module, or the package of a name that is no module."""
        return name if name in files else name.rpartition(".")[0]

    return {
        name: {known(module) for module, _ in imports_of(file)} & set(files) - {name}
        for name, file in files.items()
    }


def by_folder(graph: Graph, package: str) -> Graph:
    """The imports between the direct parts of a package: its folders and its modules."""
    depth = package.count(".") + 2

    def part(module: str) -> str:
        return ".".join(module.split(".")[:depth])

    parts: dict[str, set[str]] = {}
    for module, targets in graph.items():
        inside = {part(target) for target in targets if target.startswith(f"{package}.")}
        if module.startswith(f"{package}."):
            parts.setdefault(part(module), set()).update(inside - {part(module)})
    return parts


def cycle(graph: Graph) -> list[str]:
    """One cycle of imports, as a list that begins and ends with the same module; or nothing."""
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


@pytest.mark.parametrize("tree", TREES)
def test_no_module_imports_itself_through_others(tree: str) -> None:
    assert cycle(imports(ROOT / tree)) == []


@pytest.mark.parametrize("package", FOLDERS)
def test_no_folder_imports_itself_through_others(package: str) -> None:
    graph = imports(ROOT / package.replace(".", "/"))

    assert cycle(by_folder(graph, package)) == []


def test_a_cycle_is_found() -> None:
    graph = {"p.a.x": {"p.b.y"}, "p.b.y": set(), "p.b.z": {"p.a.w"}, "p.a.w": set()}

    assert cycle(graph) == []
    assert sorted(set(cycle(by_folder(graph, "p")))) == ["p.a", "p.b"]
