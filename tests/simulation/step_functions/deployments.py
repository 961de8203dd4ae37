"""Definitions that follow one another, and whether an execution kept to the one it began with."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from tests.simulation.step_functions.engine import Engine, Execution
from tests.support.definition import State, successors

Machine = Mapping[str, Any]

PLACES = ("RouteDecision", "UpdateOrderStatus", "ReleaseStock", "ReserveStock", "CloseOrder")
"""Where the definitions of a row of deployments differ: on the way forward and on the way back."""
_TARGETS = ("Next", "Default")
_START = "the start"


def build_deployment(committed: Machine, number: int) -> Machine:
    """The committed definition as deployment `number` (from 1) changes it: one step leads through a
    Pass state that no other deployment has, and the effects are the same.
    """
    place, name = PLACES[(number - 1) % len(PLACES)], f"Deployment{number}"
    states = {one: _redirect(state, place, name) for one, state in committed["States"].items()}
    return {**committed, "States": {**states, name: {"Type": "Pass", "Next": place}}}


def find_strayed(engine: Engine) -> list[str]:
    """Return the transitions of executions that the definition they began with does not have."""
    machines = {id(one.machine): one.machine for one in engine.executions.values()}
    transitions = {key: _Transitions.of(machine) for key, machine in machines.items()}
    return [
        f"{execution.name}: {step}"
        for execution in engine.executions.values()
        for step in transitions[id(execution.machine)].undefined_steps(execution)
    ]


@dataclass(frozen=True, slots=True)
class _Transitions:
    """The possible successors of each state; the first states in `branches` have no predecessor."""

    following: Mapping[str, Collection[str]]
    branches: Collection[str]

    @classmethod
    def of(cls, machine: Machine) -> "_Transitions":
        states: Mapping[str, State] = machine["States"]
        following = {name: set(successors(state)) for name, state in states.items()}
        inside = (branch for state in states.values() for branch in state.get("Branches", ()))
        branches = {name for branch in inside for name in branch["States"]}
        return cls({**following, _START: {machine["StartAt"]}}, branches)

    def undefined_steps(self, execution: Execution) -> Iterator[str]:
        main = [state for state in execution.visited if state not in self.branches]
        for before, after in pairwise((_START, *main)):
            if after not in self.following.get(before, ()):
                yield f"went from {before} to {after}, not by the definition that it began with"


def _redirect(state: State, place: str, name: str) -> State:
    """Return the state with every transition to `place` replaced by one to `name`."""
    return {key: _redirect_field(key, value, place, name) for key, value in state.items()}


def _redirect_field(key: str, value: Any, place: str, name: str) -> Any:
    if key in ("Choices", "Catch"):
        return [_redirect(option, place, name) for option in value]
    return name if key in _TARGETS and value == place else value
