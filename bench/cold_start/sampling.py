"""Runs programs in fresh interpreters, in random order, and adds up their processor time."""

import random
import resource
import statistics
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.cold_start.programs import BARE, ENVIRONMENT, PROGRAMS, REFERENCE

ROOT = Path(__file__).resolve().parents[2]

_MODULES = "\nimport os, sys; print(len(sys.modules), flush=True); os._exit(0)"
"""Ends without the interpreter's clean-up, as a function never gets there."""


@dataclass(frozen=True, slots=True)
class Start:
    """One program: its processor time and modules above those of a bare interpreter."""

    name: str
    compiled: bool
    cpu_ms: float
    ratio: float
    modules: int


class Sampler:
    """`bytecode` is a folder for byte-code, which the first run of each program fills."""

    def __init__(self, bytecode: Path) -> None:
        self._bytecode = bytecode
        for program in PROGRAMS.values():
            self._run(program, "-X", f"pycache_prefix={bytecode}")

    def measure(self, rounds: int) -> Sequence[Start]:
        """Each program `rounds` times with and without byte-code, all interleaved."""
        jobs = [(name, compiled) for name in PROGRAMS for compiled in (True, False)]
        samples: dict[tuple[str, bool], list[float]] = {job: [] for job in jobs}
        modules: dict[tuple[str, bool], int] = {}
        for _ in range(rounds):
            random.shuffle(jobs)
            for name, compiled in jobs:
                cpu_ms, modules[name, compiled] = self._sample(name, compiled=compiled)
                samples[name, compiled].append(cpu_ms)
        medians = {job: statistics.median(found) for job, found in samples.items()}
        return _starts(medians, modules)

    def _sample(self, name: str, *, compiled: bool) -> tuple[float, int]:
        prefix = self._bytecode if compiled else Path("/nonexistent")
        before = _children_ms()
        modules = self._run(PROGRAMS[name], "-B", "-X", f"pycache_prefix={prefix}")
        return _children_ms() - before, modules

    def _run(self, program: str, *options: str) -> int:
        command = [sys.executable, *options, "-c", program + _MODULES]
        environment = {**ENVIRONMENT, "PYTHONPATH": str(ROOT)}
        done = subprocess.run(
            command, env=environment, cwd="/", capture_output=True, text=True, check=False
        )
        if done.returncode != 0:
            raise RuntimeError(f"{program!r} failed:\n{done.stderr}")
        return int(done.stdout.split()[-1])


def _starts(
    medians: Mapping[tuple[str, bool], float], modules: Mapping[tuple[str, bool], int]
) -> list[Start]:
    reference = medians[REFERENCE, True] - medians[BARE, True]
    found = []
    for (name, compiled), median in medians.items():
        cpu_ms = median - medians[BARE, compiled]
        extra = modules[name, compiled] - modules[BARE, compiled]
        found.append(Start(name, compiled, cpu_ms, cpu_ms / reference, extra))
    return found


def _children_ms() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (used.ru_utime + used.ru_stime) * 1000
