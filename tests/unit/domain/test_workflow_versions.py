"""The table of workflow versions, and the guards of the definition that depend on it."""

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

from lambdas.domain.workflow_versions import VERSION_NAMES, WORKFLOW_VERSIONS, VersionStatus
from tests.support.definition import load, states
from tests.support.versions import with_status

OLD, NEW = VERSION_NAMES[0], WORKFLOW_VERSIONS.current.name


def guarded_versions(rules: Any) -> Iterator[str]:
    """The versions that the rules of a Choice state compare with."""
    for rule in rules:
        yield from guarded_versions(rule.get("And", ()))
        if rule.get("Variable") == "$.version":
            yield rule["StringEquals"]


def guards(definition: Mapping[str, Any]) -> dict[str, list[str]]:
    found = {n: list(guarded_versions(s.get("Choices", ()))) for n, s in states(definition).items()}
    return {name: versions for name, versions in found.items() if versions}


def test_the_definition_guards_exactly_the_changes_of_the_table() -> None:
    table = WORKFLOW_VERSIONS
    expected = {table.guards[c]: list(table.previous_path(c)) for c in table.guards}

    assert guards(load()) == {state: names for state, names in expected.items() if names}


def test_every_change_of_a_version_is_guarded_and_every_guard_has_a_change() -> None:
    named = {change for row in WORKFLOW_VERSIONS.rows for change in row.changes}

    assert named == set(WORKFLOW_VERSIONS.guards)


def test_a_version_contains_the_changes_of_the_versions_before_it() -> None:
    rows = WORKFLOW_VERSIONS.rows

    assert all(set(a.changes) <= set(b.changes) for a, b in pairwise(rows))


def test_a_removed_version_has_no_path_and_is_not_started() -> None:
    table = with_status(v1="removed")

    assert (table.removed, table.startable) == ((OLD,), (NEW,))
    assert table.previous_path("parallel-enrichment") == ()


def test_only_a_deprecated_version_has_a_warning() -> None:
    assert with_status(v1="deprecated").warnings(OLD) == [
        f"workflow version {OLD} is deprecated: use {NEW}"
    ]
    assert with_status(v1="deprecated").warnings(NEW) == []
    assert with_status(v1="supported").warnings(OLD) == []


def test_one_version_is_current() -> None:
    statuses = [row.status for row in WORKFLOW_VERSIONS.rows]

    assert statuses.count(VersionStatus.CURRENT) == 1
