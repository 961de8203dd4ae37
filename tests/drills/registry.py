"""The registry of drills. `@drill` adds a function; `make drill NAME=…` runs it.

A drill returns the lines of its report and raises DrillFailed if the system did not react as
documented. To add a drill, write a module and name it in `MODULES`.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from pathlib import Path
from tempfile import mkdtemp
from typing import Protocol

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


class Stack(Protocol):
    """The synthesised stack that a drill reads."""

    @property
    def template(self) -> Template:
        """Its template."""
        ...


class SynthesisedStack:
    """The template of a staging environment, synthesised when a drill first reads it."""

    @cached_property
    def template(self) -> Template:
        from tests.infrastructure.synthesis import synthesised
        from tests.support.definition import ROOT

        folder = Path(mkdtemp(prefix="drill-"))
        return synthesised(folder, ROOT, environment="staging", alarm_email="oncall@shop.internal")


@dataclass(frozen=True, slots=True, kw_only=True)
class Drill:
    """A named drill. `emulator`: it needs a running local environment (`python -m local up`)."""

    name: str
    fault: str
    run: Callable[[Stack], Iterable[str]]
    emulator: bool = False


_drills: dict[str, Drill] = {}


def add(drill: Drill) -> None:
    """Register a drill. Raises ValueError for a name that is taken."""
    if drill.name in _drills:
        raise ValueError(f"there are two drills {drill.name}")
    _drills[drill.name] = drill


def drill(
    name: str, fault: str, *, emulator: bool = False
) -> Callable[[Callable[[Stack], Iterable[str]]], Callable[[Stack], Iterable[str]]]:
    """Register the decorated function as a drill."""

    def register(run: Callable[[Stack], Iterable[str]]) -> Callable[[Stack], Iterable[str]]:
        add(Drill(name=name, fault=fault, run=run, emulator=emulator))
        return run

    return register


def drills() -> Mapping[str, Drill]:
    """All drills by name."""
    for module in MODULES:
        import_module(module)
    return dict(sorted(_drills.items()))
