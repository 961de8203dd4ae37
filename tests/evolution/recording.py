"""Record the executions of a release: `python -m tests.evolution.recording` (half a minute).

Run it once before the release is tagged. It plays the scenarios of `tests/engines` on moto and
writes `releases/<version of pyproject.toml>.jsonl`. Files of earlier releases stay as they are,
until no execution and no open order of the release is left.
"""

import json
import sys
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from contextlib import redirect_stdout
from io import StringIO
from typing import Any

from cli.terminal.streams import run_program
from tests.engines import on_moto
from tests.engines.scenario import Scenario
from tests.engines.scenarios import SCENARIOS
from tests.evolution.recorded import FOLDER
from tests.support.definition import ROOT
from tests.workflow.world import a_world

ORDER_ID = "01KDVDNH000000000000000001"
"""Replaces the ids of the recorded orders."""

Event = Mapping[str, Any]


def main() -> None:
    """Write the file of the current version."""
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    lines = [line for scenario in SCENARIOS for line in record(scenario)]
    FOLDER.joinpath(f"{version}.jsonl").write_text("".join(lines))
    sys.stdout.write(f"{len(lines)} executions of release {version}\n")


def record(scenario: Scenario) -> list[str]:
    """Play a scenario; one line of JSON for each of its executions."""
    with a_world() as world, redirect_stdout(StringIO()):  # the functions write logs
        on_moto.run_scenario(scenario, world)
        ran = zip(world.histories(), world.statuses(), strict=True)
        lines = [_line(scenario.name, history, status) for history, status in ran]
        return [line.replace(world.order_id, ORDER_ID) for line in lines]


def _line(scenario: str, history: Sequence[Event], status: str) -> str:
    start = json.loads(history[0]["executionStartedEventDetails"]["input"])
    found = entries(history)
    if status == "ABORTED":  # moto ends the call of a stopped execution with a timeout
        found[-1]["calls"][-1] = {"payload": found[-1]["calls"][-1]["payload"]}
    line = {"scenario": scenario, "input": start, "entries": found}
    return json.dumps(line, separators=(",", ":")) + "\n"


def entries(history: Iterable[Event]) -> list[dict[str, Any]]:
    """The state entries of a history. An event belongs to the same entry as its predecessor."""
    found: list[dict[str, Any]] = []
    owner: dict[int, dict[str, Any]] = {}
    for event in history:
        if event["type"].endswith("StateEntered"):
            found.append({"state": event["stateEnteredEventDetails"]["name"]})
            owner[event["id"]] = found[-1]
        elif entry := owner.get(event["previousEventId"]):
            owner[event["id"]] = entry
            _add(entry, event)
    return found


def _add(entry: dict[str, Any], event: Event) -> None:
    """Add an attempt, or the end of the latest one."""
    if scheduled := event.get("taskScheduledEventDetails"):
        payload = json.loads(scheduled["parameters"])["Payload"]
        if "token" in payload:
            payload["token"] = "token"
        entry.setdefault("calls", []).append({"payload": payload})
    elif succeeded := event.get("taskSucceededEventDetails"):
        output = json.loads(succeeded["output"])
        entry["calls"][-1]["answer"] = output.get("Payload", {})
    elif failed := event.get("taskFailedEventDetails") or event.get("taskTimedOutEventDetails"):
        causes = {"cause": failed["cause"]} if failed.get("cause") else {}
        entry["calls"][-1].update(error=failed["error"], **causes)


if __name__ == "__main__":
    run_program(main)
