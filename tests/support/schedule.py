"""How the tests are spread over several workers, and what happens when a worker dies."""

from pathlib import Path

from xdist.scheduler import LoadScopeScheduling
from xdist.workermanage import WorkerController

EMULATED = frozenset({"chaos", "console", "parity", "system"})
"""Packages that run an emulator. It takes a core for itself: one at a time is enough."""


class ByEngine(LoadScopeScheduling):
    """All that runs an emulator stays on one worker; all else is spread file by file.

    xdist's own groups (`--dist loadgroup`) have no effect with pytest 9.2: they rely on an
    attribute of the test that pytest no longer reads.
    """

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.split("::", 1)[0]
        return "emulator" if EMULATED & set(Path(file).parts) else file

    def remove_node(self, node: WorkerController) -> str | None:
        """Give the tests of a lost worker to the others; returns the test that it died in.

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
