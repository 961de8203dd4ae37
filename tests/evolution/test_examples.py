"""The worked examples of docs/evolution.md by the replay gate. tests/system/test_releases.py plays
them while orders run.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from lambdas.domain.errors import ActivityDefect
from lambdas.domain.task import Task
from lambdas.domain.workflow_versions import (
    WORKFLOW_VERSIONS,
    VersionStatus,
    VersionTable,
    WorkflowVersion,
)
from tests.evolution.compatibility import find_incompatibilities
from tests.evolution.examples import EXAMPLES, patched
from tests.simulation.step_functions.definition import check
from tests.support.definition import load
from tests.support.definition_rules import dangling_edges, unreachable_states
from tests.support.versions import expected_guards, guards, with_status

ADD, REMOVE, PAYLOAD, RETIRE = "Add a step", "Remove a step", "Change a payload", "Retire v1"
BOTH_REMOVED = with_status(v1="removed", v2="removed")


def named(definition: Mapping[str, Any], table: VersionTable) -> set[tuple[str, str]]:
    findings = find_incompatibilities(definition, table=table)
    return {(finding.state, finding.field) for finding in findings}


@pytest.mark.parametrize(("title", "stages"), [(t, n) for t in EXAMPLES for n in (1, 2)])
def test_every_stage_of_an_example_is_a_valid_definition(title: str, stages: int) -> None:
    definition = patched(title, *range(len(EXAMPLES[title]))[:stages])

    check(definition["States"])
    assert unreachable_states(definition) == dangling_edges(definition) == []


@pytest.mark.parametrize(
    ("title", "change", "guard"),
    [
        (ADD, "fraud-check", "RouteFraudCheck"),
        (REMOVE, "cancellation-by-event", "RouteCancellationEmail"),
    ],
)
def test_the_guard_of_an_example_is_the_one_that_the_table_needs(
    title: str, change: str, guard: str
) -> None:
    known = WORKFLOW_VERSIONS
    new = WorkflowVersion(
        name="v3", status=VersionStatus.SUPPORTED, changes=(*known.current.changes, change)
    )
    table = VersionTable((*known.rows, new), {**known.guards, change: guard})

    assert guards(patched(title, 0)) == expected_guards(table)


def test_the_definition_without_v1_needs_no_guard() -> None:
    table = replace(with_status(v1="removed"), guards={})

    assert guards(patched(RETIRE, 0)) == expected_guards(table) == {}


def test_every_example_has_its_patches() -> None:
    counts = {title: len(patches) for title, patches in EXAMPLES.items()}

    assert counts == {ADD: 2, REMOVE: 2, PAYLOAD: 1, RETIRE: 1}


@pytest.mark.parametrize("title", [ADD, REMOVE])
def test_a_guarded_change_breaks_no_recorded_execution(title: str) -> None:
    assert named(patched(title, 0), WORKFLOW_VERSIONS) == set()


@pytest.mark.parametrize(
    ("title", "finding"),
    [
        (ADD, ("EnrichOrder", "Next")),
        (REMOVE, ("SendCancellationEmail", "States")),
        (RETIRE, ("FetchInventorySnapshotV1", "States")),
    ],
)
def test_the_last_stage_is_reported_until_the_old_versions_are_removed(
    title: str, finding: tuple[str, str]
) -> None:
    definition = patched(title, *range(len(EXAMPLES[title])))

    assert finding in named(definition, WORKFLOW_VERSIONS)
    assert (
        named(definition, with_status(v1="removed") if title == RETIRE else BOTH_REMOVED) == set()
    )


def test_the_current_payload_of_an_activity_is_the_one_of_the_example() -> None:
    assert patched(PAYLOAD, 0) == load()


def test_a_receiver_that_accepts_the_new_payload_only_is_reported() -> None:
    def accept(payload: Mapping[str, Any]) -> Task:
        if "task" not in payload:
            raise ActivityDefect("the activity's input has no `task`")
        return Task.parse(payload)

    findings = find_incompatibilities(accept=accept)

    assert ("ReserveStock", "task") in {(finding.state, finding.field) for finding in findings}
    assert {finding.recorded.partition(",")[0] for finding in findings} == {"before-0.1.0"}
