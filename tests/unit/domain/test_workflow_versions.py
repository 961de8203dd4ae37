"""The table of workflow versions, and the guards of the definition that depend on it."""

from itertools import pairwise

from lambdas.domain.workflow_versions import VERSION_NAMES, WORKFLOW_VERSIONS, VersionStatus
from tests.support.definition import load
from tests.support.versions import expected_guards, guards, with_status

OLD, NEW = VERSION_NAMES[0], WORKFLOW_VERSIONS.current.name


def test_the_definition_guards_exactly_the_changes_of_the_table() -> None:
    assert guards(load()) == expected_guards(WORKFLOW_VERSIONS)


def test_a_change_has_a_guard_while_orders_may_have_a_version_without_it() -> None:
    table = WORKFLOW_VERSIONS
    named = {change for row in table.rows for change in row.changes}

    assert {change for change in named if table.previous_path(change)} == set(table.guards)


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
