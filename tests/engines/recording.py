"""Record histories of both local engines, for the tests of the code that reads histories.

  python -m tests.engines.recording      runs on moto and on a new emulator (two minutes)

Run it after a change of the definition or of an engine. It stores the path: event numbers, types,
names of states and errors, decisions. It leaves out inputs, outputs, causes, tokens, ARNs and
times, which differ between runs or are confidential.
"""

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from cli.terminal.streams import run_program
from local.host.state import State
from tests.engines import on_moto
from tests.engines.on_emulator import EmulatorRunner
from tests.engines.scenario import Scenario
from tests.engines.scenarios import SCENARIOS
from tests.system.environments import SHORT_TIMES, deployed
from tests.workflow.world import a_world

FOLDER = Path(__file__).parents[1] / "unit" / "api" / "executions" / "recorded"
VERDICTS: Mapping[str, tuple[str, ...]] = {
    "approved": ("completed",),
    "confirmation cannot be sent": ("completed",),
    "out of stock": ("rejected",),
    "payment declined": ("rejected",),
    "approval deadline passes": ("expired",),
    "cancelled while waiting": ("cancelled",),
    "declined by the approver": ("declined",),
    "cancelled during the payment": ("cancelled",),
    "provider stays away": ("infrastructure",),
    "execution stopped": ("infrastructure", "compensated"),
    "refund fails for good": ("compensation-stuck",),
}
"""The recorded scenarios, and the verdict on each of their executions."""

Event = Mapping[str, Any]
Histories = Sequence[Sequence[Event]]
"""Of the executions of one order, in sequence."""


def main() -> None:
    """Record all of them again."""
    chosen = [scenario for scenario in SCENARIOS if scenario.name in VERDICTS]
    with TemporaryDirectory() as home, deployed(Path(home), SHORT_TIMES) as environment:
        on_emulator = [
            _on_emulator(scenario, number, environment.state)
            for number, scenario in enumerate(chosen)
        ]
    _write("emulator", chosen, on_emulator)
    _write("moto", chosen, [_on_moto(scenario) for scenario in chosen])


def _on_moto(scenario: Scenario) -> Histories:
    with a_world() as world, redirect_stdout(StringIO()):  # the functions write logs
        on_moto.run_scenario(scenario, world)
        return world.histories()


def _on_emulator(scenario: Scenario, number: int, state: State) -> Histories:
    sys.stdout.write(f"{scenario.name}\n")
    runner = EmulatorRunner(state, number)
    try:
        runner.run(scenario)
        return [history for _, history in runner.executions()]
    finally:
        runner.close()


def _write(engine: str, scenarios: Iterable[Scenario], recorded: Iterable[Histories]) -> None:
    """Write one execution per line."""
    lines = []
    for scenario, histories in zip(scenarios, recorded, strict=True):
        for verdict, history in zip(VERDICTS[scenario.name], histories, strict=True):
            events = [_redacted(event) for event in history]
            line = {"scenario": scenario.name, "verdict": verdict, "events": events}
            lines.append(json.dumps(line, separators=(",", ":")) + "\n")
    FOLDER.joinpath(f"{engine}.jsonl").write_text("".join(lines))


def _redacted(event: Event) -> dict[str, Any]:
    kept = {name: event[name] for name in ("id", "previousEventId", "type") if name in event}
    for name, detail in event.items():
        if name.endswith("EventDetails") and (fields := _detail(detail)):
            kept[name] = fields
    return kept


def _detail(detail: Mapping[str, Any]) -> dict[str, Any]:
    fields = {name: detail[name] for name in ("name", "error") if name in detail}
    output = json.loads(detail.get("output") or "null")
    decision = (
        output["next"].get("decision") if isinstance(output, dict) and "next" in output else None
    )
    if decision is not None and "name" in fields:
        fields["output"] = json.dumps({"next": {"decision": decision}})
    return fields


if __name__ == "__main__":
    run_program(main)
