"""All recorded executions against the current definition and the current activities."""

import inspect
from collections.abc import Collection, Iterator, Mapping
from itertools import pairwise

from lambdas.domain import errors
from lambdas.domain.task import Task
from lambdas.domain.workflow_versions import WORKFLOW_VERSIONS, VersionTable
from lambdas.executions.history import redact
from lambdas.executions.state_entries import state_entries
from tests.evolution.finding import Finding
from tests.evolution.recorded import Recorded, RecordedPath, recorded_executions, recorded_paths
from tests.evolution.replay import (
    Accept,
    Machine,
    find_differences,
    find_refused_payloads,
    new_without_effect,
)
from tests.support.definition import State, load, states, successors
from tests.workflow.histories import main_path

ACCEPTED: Mapping[tuple[str, str], str] = {}
"""(state, field) of the findings that break no order, each with the reason."""

ERRORS = frozenset(name for name, _ in inspect.getmembers(errors, inspect.isclass))


def find_incompatibilities(
    machine: Machine | None = None,
    *,
    accept: Accept = Task.parse,
    known_errors: Collection[str] = ERRORS,
    table: VersionTable = WORKFLOW_VERSIONS,
) -> list[Finding]:
    """Each finding once, without the accepted ones. Orders of removed versions have ended."""
    definition = load() if machine is None else machine
    found: dict[Finding, None] = {}
    for recorded in recorded_executions():
        if recorded.version in table.removed:
            continue
        found |= dict.fromkeys(find_differences(recorded, definition))
        found |= dict.fromkeys(find_refused_payloads(recorded, accept))
        found |= dict.fromkeys(_find_unknown_errors(recorded, known_errors))
    for path in recorded_paths():
        if path.version not in table.removed:
            found |= dict.fromkeys(_find_lost_transitions(path, definition))
    return sorted(one for one in found if (one.state, one.field) not in ACCEPTED)


def _find_unknown_errors(recorded: Recorded, known: Collection[str]) -> Iterator[Finding]:
    """The errors of recorded activities that `lambdas/domain/errors.py` no longer has: the
    definitions of running executions catch them by name. Errors of AWS have a dot in their name.
    """
    for entry in recorded.entries:
        for call in entry.calls:
            if call.error and "." not in call.error and call.error not in known:
                problem = "no activity raises it now, running executions catch it by this name"
                yield Finding(entry.state, call.error, problem, recorded.name)


def _find_lost_transitions(recorded: RecordedPath, machine: Machine) -> Iterator[Finding]:
    """The transitions of a recorded history that the definition does not have."""
    known = states(machine)
    path = main_path(recorded.events)
    for state, following in pairwise(path):
        if state not in known:
            problem = "the definition has no such state, and recorded executions are in it"
            yield Finding(state, "States", problem, recorded.name)
            return
        if following not in _targets(known, state):
            entries = state_entries(list(redact(recorded.events)))
            errors = [entry.error for entry in entries if entry.state == state]
            reason = next((error for error in errors if error), "Next")
            problem = f"does not lead to {following}, recorded executions went there"
            yield Finding(state, reason, problem, recorded.name)
            return


def _targets(known: Mapping[str, State], state: str) -> set[str]:
    """The states to which a state may lead, directly or through states without an effect."""
    passed = new_without_effect(known) | {n for n, one in known.items() if one["Type"] == "Choice"}
    found: set[str] = set()
    waiting = successors(known[state])
    while waiting:
        target = waiting.pop()
        if target not in found:
            found.add(target)
            waiting += successors(known[target]) if target in passed else []
    return found
