"""The distribution of tests over workers, and the handling of a crashed worker."""

from pathlib import Path

from xdist.scheduler import LoadScopeScheduling
from xdist.workermanage import WorkerController

DEPLOYED = frozenset({"chaos", "console", "system"})
"""Packages whose tests share a deployed environment. It uses a whole core, so they run one at a
time."""
WAITING = frozenset({"parity"})
"""Packages whose tests run an emulator and mostly wait for its timers."""
SYNTHESISED = frozenset({"infrastructure"})
"""Packages whose tests share synthesised templates: a template takes seconds."""
INDEPENDENT = frozenset({"mutation", "simulation"})
"""Packages with long tests that share no fixture: each test may run on any worker."""


class BySharedFixture(LoadScopeScheduling):
    """Tests that share what takes long to create run on one worker; the others are distributed by
    file, or by test.

    xdist's own groups (`--dist loadgroup`) have no effect with pytest 9.2: they rely on an
    attribute of the test that pytest no longer reads.
    """

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.split("::", 1)[0]
        folders = set(Path(file).parts)
        for packages in (DEPLOYED, WAITING, SYNTHESISED):
            if packages & folders:
                return " ".join(sorted(packages))
        return nodeid if INDEPENDENT & folders else file

    def remove_node(self, node: WorkerController) -> str | None:
        """Give the tests of a crashed worker to the others. Returns the test that it crashed in.

        xdist 3.8 also gives away that test, which then kills one worker after the other.
        """
        workload = self.assigned_work.pop(node)
        unfinished = [test for unit in workload.values() for test, done in unit.items() if not done]
        if not unfinished:
            return None
        lost, *others = unfinished
        for test in others:
            self.workqueue.setdefault(self._split_scope(test), {})[test] = False
        for other in self.assigned_work:
            self._reschedule(other)
        return lost
