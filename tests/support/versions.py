"""The table of workflow versions with other statuses, and the guards of a definition."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from lambdas.domain.workflow_versions import WORKFLOW_VERSIONS, VersionStatus, VersionTable
from tests.support.definition import states


def with_status(**statuses: str) -> VersionTable:
    """The table with other statuses of some versions: `v1="removed"`."""
    rows = (
        replace(row, status=VersionStatus(statuses.get(row.name, row.status)))
        for row in WORKFLOW_VERSIONS.rows
    )
    return replace(WORKFLOW_VERSIONS, rows=tuple(rows))


def guards(definition: Mapping[str, Any]) -> dict[str, list[str]]:
    """The Choice states that compare the version, each with the versions that it names."""
    found = {name: list(_versions(s.get("Choices", ()))) for name, s in states(definition).items()}
    return {name: versions for name, versions in found.items() if versions}


def expected_guards(table: VersionTable) -> dict[str, list[str]]:
    """The guards that the definition needs for the changes of the table."""
    needed = {state: list(table.previous_path(change)) for change, state in table.guards.items()}
    return {state: versions for state, versions in needed.items() if versions}


def _versions(rules: Any) -> Iterator[str]:
    for rule in rules:
        yield from _versions(rule.get("And", ()))
        if rule.get("Variable") == "$.version":
            yield rule["StringEquals"]
