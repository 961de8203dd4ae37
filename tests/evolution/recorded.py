"""Recorded executions: each release has a file of them in `releases`, one execution per line.

The activities of `before-0.1.0` received the state of the execution alone, without `task`.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from tests.engines.scenarios import SCENARIOS

FOLDER = Path(__file__).parent / "releases"
PATHS = Path(__file__).parents[1] / "unit" / "api" / "executions" / "recorded"
"""Recorded histories of both local engines, without data. (tests/engines/recording.py)"""

Payload = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One attempt of an activity: its input, and its answer or error. Neither: the execution was
    stopped during the call.
    """

    payload: Payload
    answer: Any = None
    error: str | None = None
    cause: str = ""

    @property
    def has_ended(self) -> bool:
        return self.answer is not None or self.error is not None


@dataclass(frozen=True, slots=True)
class Entry:
    """One state entry with its attempts."""

    state: str
    calls: Sequence[Call] = ()


@dataclass(frozen=True, slots=True)
class Recorded:
    """One execution of a release."""

    release: str
    scenario: str
    input: Payload
    entries: Sequence[Entry]

    @property
    def name(self) -> str:
        return f"{self.release}, {self.scenario}"

    @property
    def version(self) -> str:
        """The workflow version of the order."""
        return str(self.input["version"])


@dataclass(frozen=True, slots=True)
class RecordedPath:
    """One history that an engine wrote, without data."""

    name: str
    version: str
    events: Sequence[Mapping[str, Any]]


def recorded_executions(folder: Path = FOLDER) -> Iterator[Recorded]:
    """The executions of all releases."""
    for file in sorted(folder.glob("*.jsonl")):
        for line in map(json.loads, file.read_text().splitlines()):
            entries = [
                Entry(entry["state"], [Call(**call) for call in entry.get("calls", ())])
                for entry in line["entries"]
            ]
            yield Recorded(file.stem, line["scenario"], line["input"], entries)


@lru_cache
def recorded_states() -> frozenset[str]:
    """The states that any recorded execution entered."""
    return frozenset(
        entry.state for execution in recorded_executions() for entry in execution.entries
    )


def recorded_paths() -> Iterator[RecordedPath]:
    """The histories that the engines wrote."""
    versions = {scenario.name: scenario.version for scenario in SCENARIOS}
    for file in sorted(PATHS.glob("*.jsonl")):
        for line in map(json.loads, file.read_text().splitlines()):
            name = line["scenario"]
            yield RecordedPath(f"{file.stem}, {name}", versions[name], line["events"])
