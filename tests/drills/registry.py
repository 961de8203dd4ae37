"""The registry of drills. `@drill` adds a function; `make drill NAME=…` runs it.

A drill returns the lines of its report and raises DrillFailed if the system did not react as
documented. To add a drill, write a module and name it in `MODULES`.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from tempfile import mkdtemp

from tests.infrastructure.template import Template

MODULES = (
    "tests.drills.order_alarms",
    "tests.drills.execution_alarms",
    "tests.drills.janitor_alarms",
    "tests.drills.service_alarms",
    "tests.drills.customer_erasure",
    "tests.drills.secret_rotation",
    "tests.drills.table_restore",
)


class DrillFailed(Exception):
    """The system did not react to the fault as documented."""


ReadTemplate = Callable[[], Template]
"""The synthesised template that a drill reads."""
Run = Callable[[ReadTemplate], Iterable[str]]


@cache
def staging_template() -> Template:
    """The template of a staging environment, synthesised when a drill first reads it."""
    from tests.infrastructure.synthesis import synthesised
    from tests.support.definition import ROOT

    folder = Path(mkdtemp(prefix="drill-"))
    return synthesised(folder, ROOT, environment="staging", alarm_email="oncall@shop.internal")


@dataclass(frozen=True, slots=True, kw_only=True)
class Drill:
    """A named drill."""

    name: str
    fault: str
    run: Run


_drills: dict[str, Drill] = {}


def add(drill: Drill) -> None:
    """Register a drill. Raises ValueError for a name that is taken."""
    if drill.name in _drills:
        raise ValueError(f"there are two drills {drill.name}")
    _drills[drill.name] = drill


def drill(name: str, fault: str) -> Callable[[Run], Run]:
    """Register the decorated function as a drill."""

    def register(run: Run) -> Run:
        add(Drill(name=name, fault=fault, run=run))
        return run

    return register


def drills() -> Mapping[str, Drill]:
    """All drills by name."""
    for module in MODULES:
        import_module(module)
    return dict(sorted(_drills.items()))
