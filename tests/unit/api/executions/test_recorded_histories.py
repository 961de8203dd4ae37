"""The verdict on histories that engines wrote: recorded by `python -m tests.engines.recording`."""

import json
from pathlib import Path
from typing import Any

import pytest

from lambdas.api.executions.history import HistoryEvent, redact
from lambdas.api.executions.outcomes import Classification, Verdict, classify
from tests.support.execution_histories import named

FOLDER = Path(__file__).parent / "recorded"
RECORDED = sorted(FOLDER.glob("*/*.json"))
SIZE_LIMIT = 200_000


def told(file: Path) -> list[HistoryEvent]:
    events: list[dict[str, Any]] = json.loads(file.read_text())
    return list(redact(events))


@pytest.mark.parametrize("file", RECORDED, ids=lambda file: f"{file.parent.name} {file.stem}")
def test_a_recorded_history_has_the_verdict_that_it_is_named_for(file: Path) -> None:
    assert file.stem.endswith(f"-{classify(told(file)).verdict}")


def test_both_engines_are_judged_alike_with_the_same_reasons() -> None:
    judged_by = {
        engine: {file.name: classify(told(file)) for file in RECORDED if file.parent.name == engine}
        for engine in ("emulator", "moto")
    }
    stopped = "execution-stopped-infrastructure.json"  # moto knows no ABORTED of a waiting task

    aborted = judged_by["emulator"].pop(stopped)
    out_of_the_blue = judged_by["moto"].pop(stopped)

    assert judged_by["emulator"] == judged_by["moto"]
    assert aborted.verdict == out_of_the_blue.verdict


def test_every_verdict_but_a_defect_was_recorded() -> None:
    """Nothing in the table of scenarios can make a defect."""
    found = {classify(told(file)).verdict for file in RECORDED}

    assert found == set(Verdict) - {Verdict.DEFECT, Verdict.RUNNING, Verdict.UNKNOWN}


def test_an_unfinished_recording_runs_in_its_newest_state() -> None:
    file = FOLDER / "moto" / "cancelled-while-waiting-cancelled.json"
    begun = [event for event in told(file) if event.id <= 40]

    assert classify(begun).verdict is Verdict.RUNNING


def test_the_recordings_hold_no_data_and_are_small() -> None:
    texts = [file.read_text() for file in RECORDED]

    assert sum(len(text) for text in texts) < SIZE_LIMIT
    for word in ("token", "arn:", "example", "order_id", "Payload", "cause"):
        assert not any(word in text for text in texts), word


def test_an_execution_that_lost_its_order_to_another_one_is_compensated_and_not_stuck() -> None:
    """Every step of it is refused after an operator's takeover, those that undo as well."""
    history = named(()).ok("ReserveStock", decision="wait").failing("ApplySignals", "StaleEpoch")
    for state in ("RefundPayment", "ReleaseStock", "SendCancellationEmail", "CloseOrder"):
        history.failing(state, "StaleEpoch")
    history.enter("OrderFailed")
    history.add("ExecutionFailed", executionFailedEventDetails={"error": "OrderFailed"})

    assert classify(history.redacted()) == Classification(
        Verdict.COMPENSATED, "another execution took its order over"
    )


def test_an_execution_that_loses_its_order_while_it_undoes_it_is_compensated() -> None:
    history = named(()).failing("RefundPayment", *["ProviderUnavailable"] * 7)
    history.failing("ReleaseStock", "StaleEpoch").failing("CloseOrder", "StaleEpoch")
    history.enter("OrderFailed")
    history.add("ExecutionFailed", executionFailedEventDetails={"error": "OrderFailed"})

    assert classify(history.redacted()).verdict is Verdict.COMPENSATED
