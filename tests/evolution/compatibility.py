"""All recorded executions against the current definition and the current activities."""

import inspect
from collections.abc import Collection, Iterator, Mapping
from itertools import pairwise
from typing import Any

from lambdas.api.executions.history import redact
from lambdas.api.executions.state_entries import state_entries
from lambdas.domain import errors
from lambdas.domain.task import Task
from tests.evolution.finding import Finding
from tests.evolution.recorded import Recorded, recorded_executions, recorded_paths
from tests.evolution.replay import Accept, Machine, find_differences, find_refused_payloads
from tests.support.definition import load, states, successors
from tests.workflow.histories import main_path

ACCEPTED: Mapping[tuple[str, str], str] = {}
"""(state, field) of the findings that break no order, each with the reason."""

ERRORS = frozenset(name for name, _ in inspect.getmembers(errors, inspect.isclass))


def find_incompatibilities(
    machine: Machine | None = None,
    *,
    accept: Accept = Task.parse,
    known_errors: Collection[str] = ERRORS,
) -> list[Finding]:
    """Each finding once, without the accepted ones."""
    definition = load() if machine is None else machine
    found: dict[Finding, None] = {}
    for recorded in recorded_executions():
        found |= dict.fromkeys(find_differences(recorded, definition))
        found |= dict.fromkeys(find_refused_payloads(recorded, accept))
        found |= dict.fromkeys(_find_unknown_errors(recorded, known_errors))
    for name, events in recorded_paths():
        found |= dict.fromkeys(_find_lost_transitions(name, events, definition))
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


def _find_lost_transitions(
    name: str, events: list[Mapping[str, Any]], machine: Machine
) -> Iterator[Finding]:
    """The transitions of a recorded history that the definition does not have."""
    known = states(machine)
    path = main_path(events)
    for state, following in pairwise(path):
        if state not in known:
            problem = "the definition has no such state, and recorded executions are in it"
            yield Finding(state, "States", problem, name)
            return
        if following not in successors(known[state]):
            errors = [e.error for e in state_entries(list(redact(events))) if e.state == state]
            reason = next((error for error in errors if error), "Next")
            problem = f"does not lead to {following}, recorded executions went there"
            yield Finding(state, reason, problem, name)
            return
