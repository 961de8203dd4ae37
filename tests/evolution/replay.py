"""Runs the current definition on the recorded answers of an execution, with the interpreter of the
simulator. Activities are not invoked: the recorded answer or error of each call is the reply.
"""

from collections import deque
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tests.evolution.finding import Finding
from tests.evolution.recorded import Call, Entry, Recorded, recorded_states
from tests.simulation.step_functions.interpreter import (
    EngineServices,
    Fork,
    Invoke,
    StateFailed,
    Walk,
    walk,
)
from tests.simulation.step_functions.journal import Journal, StateEntry
from tests.simulation.step_functions.paths import StatesRuntime
from tests.support.definition import State, states

Machine = Mapping[str, Any]
Accept = Callable[[Mapping[str, Any]], object]
"""Validates the input of an activity, as its handler does; raises an error that it refuses with."""


class Stop(Exception):
    """The replay ends here: the recorded execution did, or there is no answer for a call."""


@dataclass(frozen=True, slots=True)
class Replay:
    """The path and the end of a replayed execution. `missing` is a path that found no data."""

    entries: list[StateEntry]
    missing: str = ""
    unanswered: str = ""


def find_differences(recorded: Recorded, machine: Machine) -> Iterator[Finding]:
    """The first difference between the recorded path and that of the current definition."""
    known = states(machine)
    gone = [entry.state for entry in recorded.entries if entry.state not in known]
    if gone:
        problem = "the definition has no such state, and recorded executions are in it"
        yield Finding(gone[0], "States", problem, recorded.name)
        return
    replayed = replay(recorded, machine)
    # The branches of a Parallel state run in any order.
    expected = [e.state for e in recorded.entries if e.state in machine["States"]]
    ignored = new_without_effect(known)
    entries = [
        entry
        for entry in replayed.entries
        if entry.state in machine["States"] and entry.state not in ignored
    ]
    path = [entry.state for entry in entries]
    latest = replayed.entries[-1].state
    if replayed.missing:
        problem = "the definition reads this field, which recorded data does not have"
        yield Finding(latest, replayed.missing, problem, recorded.name)
    elif replayed.unanswered and path == expected[: len(path)]:
        problem = f"calls {replayed.unanswered}, which recorded executions did not"
        yield Finding(latest, "Resource", problem, recorded.name)
    elif (place := _first_difference(path, expected)) is not None:
        entry = entries[place - 1]
        actual, before = (one[place] if place < len(one) else "the end" for one in (path, expected))
        problem = f"leads to {actual}, recorded executions went to {before}"
        yield Finding(entry.state, _reason(known[entry.state], entry), problem, recorded.name)


def new_without_effect(known: Mapping[str, State]) -> set[str]:
    """The states without a record that have no effect on the states after them: a Choice, and a
    task of best effort, which discards its answer and continues in the same way after every error.
    """
    return {
        name
        for name, state in known.items()
        if name not in recorded_states() and (state["Type"] == "Choice" or _is_best_effort(state))
    }


def _is_best_effort(state: State) -> bool:
    catchers = state.get("Catch", ())
    return any("States.ALL" in catcher["ErrorEquals"] for catcher in catchers) and all(
        one.get("ResultPath", "$") is None and one.get("Next") == state.get("Next")
        for one in (state, *catchers)
    )


def find_refused_payloads(recorded: Recorded, accept: Accept) -> Iterator[Finding]:
    """The recorded inputs of activities that their handlers no longer accept."""
    for entry in recorded.entries:
        for call in entry.calls:
            try:
                accept(call.payload)
            except Exception as error:  # noqa: BLE001  # a handler refuses with any error
                field, problem = _refused_field(error), f"the activity refuses it: {error}"
                yield Finding(entry.state, field, problem, recorded.name)


def replay(recorded: Recorded, machine: Machine) -> Replay:
    """Run the definition on the recorded answers."""
    journal = Journal()
    services = EngineServices(lambda: "token", lambda: 0.0, journal)
    answers = _Answers(recorded.entries, journal, new_without_effect(states(machine)))
    try:
        _drive(walk(machine, recorded.input, services), answers)
    except StatesRuntime as missing:
        return Replay(journal.entries, missing=str(missing).removesuffix(" finds nothing"))
    except StateFailed:
        return Replay(journal.entries)
    except Stop as stop:
        return Replay(journal.entries, unanswered=str(stop))
    return Replay(journal.entries)


def _drive(steps: Walk, answers: "_Answers") -> Any:
    """Answer every command of a walk; returns its output. Waits take no time."""
    reply: Any = None
    failure: StateFailed | None = None
    while True:
        try:
            command = steps.send(reply) if failure is None else steps.throw(failure)
        except StopIteration as end:
            return end.value
        reply, failure = None, None
        try:
            if isinstance(command, Fork):
                reply = [_drive(branch, answers) for branch in command.branches]
            elif isinstance(command, Invoke):
                reply = answers.answer(command)
        except StateFailed as failed:
            failure = failed


class _Answers:
    """The recorded calls of each state, by state entry."""

    def __init__(self, entries: Any, journal: Journal, ignored: Collection[str]) -> None:
        self._entries: dict[str, deque[Entry]] = {}
        for entry in entries:
            self._entries.setdefault(entry.state, deque()).append(entry)
        self._journal = journal
        self._ignored = ignored
        self._calls: dict[int, deque[Call]] = {}

    def answer(self, command: Invoke) -> Mapping[str, Any]:
        """The answer of the next recorded call of the current state entry. A definition that
        retries more often gets the last recorded error again. Raises StateFailed, Stop.
        """
        entry = self._journal.entries[-1]
        if entry.state in self._ignored:
            return {"StatusCode": 200, "Payload": {}}
        if id(entry) not in self._calls:
            waiting = self._entries.get(entry.state)
            self._calls[id(entry)] = deque(waiting.popleft().calls if waiting else ())
        calls = self._calls[id(entry)]
        if not calls:
            raise Stop(command.function)
        call = calls[0] if len(calls) == 1 and calls[0].error else calls.popleft()
        if call.error is not None:
            raise StateFailed(call.error, call.cause)
        if not call.has_ended:
            raise Stop
        return {"StatusCode": 200, "Payload": call.answer}


def _first_difference(path: list[str], expected: list[str]) -> int | None:
    for place, (one, other) in enumerate(zip(path, expected, strict=False)):
        if one != other:
            return place
    return None if len(path) == len(expected) else min(len(path), len(expected))


def _reason(state: State, entry: StateEntry) -> str:
    """What selected the next state: a caught error, the fields of a Choice, or `Next`."""
    if entry.errors:
        return entry.errors[-1]
    variables = dict.fromkeys(_variables(state.get("Choices", ())))
    return ", ".join(variables) or "Next"


def _variables(rules: Any) -> Iterator[str]:
    for rule in rules:
        yield from _variables(rule.get("And", ()))
        if "Variable" in rule:
            yield rule["Variable"]


def _refused_field(error: Exception) -> str:
    """The field that the error is about: a missing key, or what the message has in backquotes."""
    if isinstance(error, KeyError):
        return str(error.args[0])
    quoted = str(error).split("`")
    return quoted[1] if len(quoted) > 2 else "Payload"
