"""Counts the state transitions of a path through a definition."""

import subprocess
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from bench.cost.peers import Peer

Scope = Mapping[str, Any]


class NotAPath(ValueError):
    """The definition does not lead through the states in this order."""


def transitions(definition: Scope, states: Sequence[str]) -> int:
    """The billed transitions of a path without retries: the states that it enters, those of
    parallel branches one branch after the other. Raises NotAPath.
    """
    entered = _walk(definition, states, 0)
    if entered < len(states):
        raise NotAPath(f"{states[entered - 1]} ends before {states[entered]}")
    return entered


def check_samples(samples: Sequence[Peer], folder: Path) -> Iterator[str]:
    """A line for each public sample whose definition has the path of `peers.toml`. `folder` has
    clones, each named like its repository. Raises NotAPath.
    """
    for sample in samples:
        if sample.source is not None:
            repository, commit, file = sample.source
            definition = _read(folder / repository.rpartition("/")[2], commit, file)
            count = transitions(definition, sample.states)
            yield f"{repository} {commit[:8]}, {file}: {count} transitions"


def _walk(scope: Scope, states: Sequence[str], at: int) -> int:
    """Enter states of one scope until it ends; returns the number of entered states."""
    allowed: Sequence[str] = [scope["StartAt"]]
    while allowed:
        name = states[at] if at < len(states) else "the end"
        if name not in allowed:
            raise NotAPath(f"{name} is none of {allowed}")
        at += 1
        state = scope["States"][name]
        if state["Type"] == "Map":
            raise NotAPath(f"{name}: the entries of a Map depend on its input")
        for branch in state.get("Branches", ()):
            at = _walk(branch, states, at)
        allowed = _next_states(state)
    return at


def _next_states(state: Scope) -> list[str]:
    """The states that may follow without an error."""
    choices = [rule["Next"] for rule in state.get("Choices", ())]
    return [name for name in (state.get("Next"), state.get("Default"), *choices) if name]


def _read(clone: Path, commit: str, file: str) -> Scope:
    """A definition in JSON or YAML, as it was committed."""
    shown = subprocess.run(
        ["git", "-C", str(clone), "show", f"{commit}:{file}"],
        capture_output=True,
        text=True,
        check=True,
    )
    definition: Scope = yaml.safe_load(shown.stdout)
    return definition
