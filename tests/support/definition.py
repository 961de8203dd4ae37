"""The state machine's definition as data: its states, its edges, and a walk through it."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
DEFINITION = ROOT / "statemachine" / "order_workflow.asl.json"

State = Mapping[str, Any]
Definition = Mapping[str, Any]

TOKEN_WAIT = "arn:aws:states:::lambda:invoke.waitForTaskToken"


def load() -> dict[str, Any]:
    """The committed definition, with its placeholders."""
    loaded: dict[str, Any] = json.loads(DEFINITION.read_text())
    return loaded


def scopes(definition: Definition) -> Iterator[tuple[Definition, State | None]]:
    """The definition itself, then every branch with the Parallel state that runs it."""
    yield definition, None
    for state in definition["States"].values():
        for branch in state.get("Branches", ()):
            yield branch, state


def states(definition: Definition) -> dict[str, State]:
    """Every state by name, those of branches included."""
    return {
        name: state for scope, _ in scopes(definition) for name, state in scope["States"].items()
    }


def tasks(definition: Definition) -> dict[str, State]:
    """Every Task state by name."""
    return {n: state for n, state in states(definition).items() if state["Type"] == "Task"}


def token_waits(definition: Definition) -> dict[str, State]:
    """The tasks that wait for a response with their token."""
    return {n: t for n, t in tasks(definition).items() if t["Resource"] == TOKEN_WAIT}


def placeholder(task: State) -> str:
    """`ReserveStock` for the function `${ReserveStock}`."""
    return str(task["Parameters"]["FunctionName"]).removeprefix("${").removesuffix("}")


def successors(state: State) -> list[str]:
    """The states to which this one may lead: next, by choice, and by caught error."""
    rules = [*state.get("Choices", ()), *state.get("Catch", ())]
    ways = [state.get("Next"), state.get("Default"), *(rule["Next"] for rule in rules)]
    return [way for way in ways if way is not None]


def states_after(name: str) -> tuple[str, ...]:
    """The states after one of the committed definition, if each succeeds, up to the end."""
    known = load()["States"]
    following = known[name].get("Next")
    return () if following is None else (following, *states_after(following))


def reachable(scope: Definition, start: str) -> set[str]:
    """The states of one scope that can be entered from `start`, itself included."""
    seen: set[str] = set()
    waiting = [start]
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            waiting += successors(scope["States"][name])
    return seen


@dataclass(slots=True)
class Walk:
    """One execution in which every task succeeds. `decisions` are what ReserveStock and then each
    ApplySignals return; `closed` is the stage and outcome
    that CloseOrder returns.
    """

    definition: Definition
    decisions: Sequence[str]
    closed: tuple[str, str] = ("cancelled", "cancelled")
    entered: list[str] = field(default_factory=list)

    def run(self, task: Mapping[str, Any]) -> list[str]:
        """The names of the entered states, in order."""
        self._scope(self.definition, dict(task), iter(self.decisions))
        return self.entered

    def _scope(self, scope: Definition, data: dict[str, Any], decisions: Iterator[str]) -> None:
        name: str | None = scope["StartAt"]
        while name is not None:
            self.entered.append(name)
            state = scope["States"][name]
            for branch in state.get("Branches", ()):
                self._scope(branch, dict(data), decisions)
            if name in ("ReserveStock", "ApplySignals"):
                data["next"] = {"decision": next(decisions)}
            if name == "CloseOrder":
                data["closed"] = dict(zip(("stage", "outcome"), self.closed, strict=True))
            name = chosen(state, data) if state["Type"] == "Choice" else state.get("Next")


def chosen(state: State, data: Mapping[str, Any]) -> str | None:
    """The next state that a Choice selects for this data."""
    for rule in state["Choices"]:
        if _holds(rule, data):
            return str(rule["Next"])
    return state.get("Default")


def _holds(rule: Mapping[str, Any], data: Mapping[str, Any]) -> bool:
    if "And" in rule:
        return all(_holds(part, data) for part in rule["And"])
    value: Any = data
    for step in rule["Variable"].removeprefix("$.").split("."):
        value = value.get(step) if isinstance(value, Mapping) else None
    if "IsPresent" in rule:
        return (value is not None) is rule["IsPresent"]
    return bool(value == rule["StringEquals"])
