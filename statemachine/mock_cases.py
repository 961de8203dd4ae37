"""The mock cases of `statemachine/mocks`, each with its input and the path that it takes."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_FOLDER = Path(__file__).with_name("mocks")
CONFIGURATION, PATHS = _FOLDER / "MockConfigFile.json", _FOLDER / "paths.json"
_INPUT = {"order_id": "01KDVDNH000000000000000001", "epoch": 1, "version": "v2"}


@dataclass(frozen=True, slots=True)
class MockCase:
    """One execution. `responses` has an item for each attempt of a task, by state: a result
    (`Return`) or an error (`Throw`). `path` names the states in their order, without the states in
    the branches of a Parallel state.
    """

    name: str
    input: Mapping[str, Any]
    path: Sequence[str]
    responses: Mapping[str, Sequence[Mapping[str, Any]]]


def mock_cases() -> tuple[MockCase, ...]:
    """Read every case."""
    configuration = json.loads(CONFIGURATION.read_text(encoding="utf-8"))
    paths = json.loads(PATHS.read_text(encoding="utf-8"))
    responses = {
        name: tuple(_by_attempt(ranges))
        for name, ranges in configuration["MockedResponses"].items()
    }
    (machine,) = configuration["StateMachines"].values()
    return tuple(
        MockCase(
            name=name,
            input={**_INPUT, **paths[name]["input"]},
            path=tuple(paths[name]["path"]),
            responses={state: responses[response] for state, response in mocked.items()},
        )
        for name, mocked in machine["TestCases"].items()
    )


def _by_attempt(ranges: Mapping[str, Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """A key is the number of an attempt, or a range such as `0-6`."""
    for key, response in ranges.items():
        first, _, last = key.partition("-")
        yield from (response for _ in range(int(first), int(last or first) + 1))
