"""The verdict on histories that engines wrote: recorded by `python -m tests.engines.recording`."""

import json
from pathlib import Path
from typing import Any

import pytest

from lambdas.executions.history import HistoryEvent, redact
from lambdas.executions.outcomes import Classification, Verdict, classify

FOLDER = Path(__file__).parent / "recorded"
Key = tuple[str, str, str]
RECORDED: dict[Key, list[dict[str, Any]]] = {
    (file.stem, one["scenario"], one["verdict"]): one["events"]
    for file in sorted(FOLDER.glob("*.jsonl"))
    for one in map(json.loads, file.read_text().splitlines())
}
"""(engine, scenario, verdict) -> the events of one execution."""


def events_of(key: Key) -> list[HistoryEvent]:
    return list(redact(RECORDED[key]))


@pytest.mark.parametrize("key", RECORDED, ids=", ".join)
def test_a_recorded_history_has_its_verdict(key: Key) -> None:
    assert classify(events_of(key)).verdict == key[-1]


def test_both_engines_have_the_same_verdicts_and_reasons() -> None:
    classified_by: dict[str, dict[tuple[str, ...], Classification]] = {"emulator": {}, "moto": {}}
    for key in RECORDED:
        classified_by[key[0]][key[1:]] = classify(events_of(key))
    stopped = ("execution stopped", "infrastructure")  # moto records no ABORTED of a waiting task

    aborted = classified_by["emulator"].pop(stopped)
    interrupted = classified_by["moto"].pop(stopped)

    assert classified_by["emulator"] == classified_by["moto"]
    assert aborted.verdict == interrupted.verdict


def test_every_verdict_but_a_defect_was_recorded() -> None:
    """Nothing in the table of scenarios can make a defect."""
    found = {classify(events_of(key)).verdict for key in RECORDED}

    assert found == set(Verdict) - {Verdict.DEFECT, Verdict.RUNNING, Verdict.UNKNOWN}


def test_the_recordings_hold_no_data() -> None:
    text = json.dumps(list(RECORDED.values()))

    for word in ("token", "arn:", "example", "order_id", "Payload", "cause"):
        assert word not in text
