"""How the tests are spread over several workers.

xdist's own groups (`--dist loadgroup`) do nothing with pytest 9.2: they are told by an attribute of
the test that it no longer reads.
"""

from pathlib import Path

from xdist.scheduler import LoadScopeScheduling

EMULATED = frozenset({"chaos", "console", "parity", "system"})
"""Packages that run an emulator. It takes a core for itself: one at a time is enough."""


class ByEngine(LoadScopeScheduling):
    """All that runs an emulator stays on one worker; all else is spread file by file."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.split("::", 1)[0]
        return "emulator" if EMULATED & set(Path(file).parts) else file
