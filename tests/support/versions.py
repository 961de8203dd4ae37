"""The table of workflow versions with another status."""

from dataclasses import replace

from lambdas.domain.workflow_versions import WORKFLOW_VERSIONS, VersionStatus, VersionTable


def with_status(**statuses: str) -> VersionTable:
    """The table with other statuses of some versions: `v1="removed"`."""
    rows = (
        replace(row, status=VersionStatus(statuses.get(row.name, row.status)))
        for row in WORKFLOW_VERSIONS.rows
    )
    return replace(WORKFLOW_VERSIONS, rows=tuple(rows))
