"""A temporary checkout, and phases that replace the installers."""

import io
import platform
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tools.setup.checkout import LOCK_FILES, Checkout
from tools.setup.phases import Phase
from tools.setup.provision import set_up


def a_checkout(root: Path) -> Checkout:
    """A new clone: lock files, nothing installed."""
    (root / "requirements").mkdir()
    for name in LOCK_FILES:
        (root / name).write_text(f"the locked versions of {name}\n")
    return Checkout(root)


def a_phase(title: str, script: str) -> Phase:
    """Runs Python code in place of an installer."""
    return Phase(title, (sys.executable, "-c", script))


def installs_everything(checkout: Checkout) -> list[Phase]:
    """Phases that create the files of a complete set-up."""
    settings = f"version = {platform.python_version()}\ncommand = x -m venv {checkout.venv}\n"
    return [
        a_phase(
            "making the environment",
            "import pathlib; v = pathlib.Path('.venv'); (v / 'bin').mkdir(parents=True);"
            f"(v / 'bin' / 'python').touch(); (v / 'pyvenv.cfg').write_text({settings!r})",
        ),
        a_phase("installing Node packages", "import os; os.makedirs('node_modules')"),
    ]


@dataclass
class Terminal:
    """Runs set-ups; records their output and how many installed something."""

    checkout: Checkout
    screen: io.StringIO = field(default_factory=io.StringIO)
    provisions: int = 0

    def set_up(
        self,
        plan: Callable[[Checkout], Sequence[Phase]] = installs_everything,
        *,
        verbose: bool = False,
    ) -> int:
        """Run one set-up. Returns its exit status."""

        def counted(checkout: Checkout) -> Sequence[Phase]:
            self.provisions += 1
            return plan(checkout)

        return set_up(self.checkout, plan=counted, terminal=self.screen, verbose=verbose)

    @property
    def shown(self) -> str:
        return self.screen.getvalue()
