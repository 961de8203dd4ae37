"""The versions of the workflow: the one table that the API, the stack and the tools read.

An order records its version at the start and keeps it. A change with which running orders
would take another path or fail has an id, like the change id of GetVersion in Temporal: the
definition sends orders of a version without the change along the previous path.
docs/evolution.md has the stages of a change.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class VersionStatus(StrEnum):
    """What happens when a new order asks for the version."""

    CURRENT = "current"
    """New orders start with it. Exactly one version is current."""
    SUPPORTED = "supported"
    DEPRECATED = "deprecated"
    """The order starts, and the answer has a warning."""
    REMOVED = "removed"
    """The order is refused. It can be released only when no open order has the version."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkflowVersion:
    """One row of the table. `changes` are the ids of all changes that the version contains."""

    name: str
    status: VersionStatus
    changes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class VersionTable:
    """All versions, the oldest first. `guards`: the state that selects the path of each change."""

    rows: tuple[WorkflowVersion, ...]
    guards: Mapping[str, str]

    @property
    def current(self) -> WorkflowVersion:
        """The version of new orders. Raises ValueError unless there is exactly one."""
        (row,) = (row for row in self.rows if row.status is VersionStatus.CURRENT)
        return row

    @property
    def removed(self) -> tuple[str, ...]:
        """The versions that no order may have."""
        return tuple(row.name for row in self.rows if row.status is VersionStatus.REMOVED)

    @property
    def startable(self) -> tuple[str, ...]:
        """The versions that a new order may have."""
        return tuple(row.name for row in self.rows if row.name not in self.removed)

    def previous_path(self, change: str) -> tuple[str, ...]:
        """The versions whose orders take the path from before the change."""
        return tuple(
            row.name
            for row in self.rows
            if change not in row.changes and row.status is not VersionStatus.REMOVED
        )

    def warnings(self, version: str) -> list[str]:
        """The warnings for a caller that starts an order of the version."""
        deprecated = {row.name for row in self.rows if row.status is VersionStatus.DEPRECATED}
        if version not in deprecated:
            return []
        return [f"workflow version {version} is deprecated: use {self.current.name}"]


PARALLEL_ENRICHMENT = "parallel-enrichment"

WORKFLOW_VERSIONS = VersionTable(
    rows=(
        WorkflowVersion(name="v1", status=VersionStatus.SUPPORTED),
        WorkflowVersion(name="v2", status=VersionStatus.CURRENT, changes=(PARALLEL_ENRICHMENT,)),
    ),
    guards={PARALLEL_ENRICHMENT: "RouteStart"},
)
VERSION_NAMES = tuple(row.name for row in WORKFLOW_VERSIONS.rows)
