"""Mutants: every operator, applied at every place of the definition where it applies."""

import copy
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tests.mutation.edits import Edit, Json
from tests.mutation.retargeting import skips, starts, transitions
from tests.mutation.rules import catches, choices, retries
from tests.mutation.tasks import branches, paths, tasks


@dataclass(frozen=True, slots=True)
class Mutant:
    """`name` is `State: change`; `definition` is the whole document with that change."""

    name: str
    definition: Json

    @property
    def state(self) -> str:
        """The state that is changed."""
        return self.name.partition(":")[0]


def mutants(definition: Json) -> Iterator[Mutant]:
    """Every mutant, in the order of the states and operators."""
    for path in _scopes(definition, ()):
        scope = _at(definition, path)
        for name, edit in (*starts(scope), *skips(scope), *branches(scope)):
            yield _mutant(definition, path, name, edit)
        for state in scope["States"]:
            for operator in (retries, catches, choices, tasks, paths):
                for change, edit in operator(scope["States"][state]):
                    yield _mutant(definition, (*path, "States", state), f"{state}: {change}", edit)
            for change, edit in transitions(scope, state):
                yield _mutant(definition, (*path, "States", state), f"{state}: {change}", edit)


def _mutant(definition: Json, path: tuple[Any, ...], name: str, edit: Edit) -> Mutant:
    changed = copy.deepcopy(definition)
    edit(_at(changed, path))
    return Mutant(name, changed)


def _scopes(scope: Json, path: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
    """The paths of the machine and of every branch."""
    yield path
    for name, state in scope["States"].items():
        for index, branch in enumerate(state.get("Branches", ())):
            yield from _scopes(branch, (*path, "States", name, "Branches", index))


def _at(document: Json, path: tuple[Any, ...]) -> Any:
    found: Any = document
    for step in path:
        found = found[step]
    return found
