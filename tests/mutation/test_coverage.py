"""The scenarios cover every state, transition, Retry and Catch of the definition."""

from typing import Any

import pytest

from tests.mutation import coverage
from tests.mutation.coverage import EXCLUDED, Report, elements_of, main, measure
from tests.mutation.edits import put
from tests.support.definition import load


@pytest.fixture(scope="module")
def report() -> Report:
    return measure(load())


def test_everything_in_the_definition_is_covered(report: Report) -> None:
    assert report.missing() == []


def test_an_exclusion_is_needed(report: Report) -> None:
    covered = report.covered.groups()

    assert [one for one in EXCLUDED if one[1] in covered[one[0]]] == []


def test_an_uncovered_part_is_reported(report: Report) -> None:
    definition: Any = load()
    put("States", "ReserveStock", "Catch", 0, "ErrorEquals", value=["NoRoom"])(definition)
    put("States", "RouteEnd", "Default", value="OrderTakenOver")(definition)
    put("States", "Unused", value={"Type": "Succeed"})(definition)

    found = Report(elements_of(definition), report.covered)

    assert found.missing() == [
        ("states", ("Unused", "")),
        ("catches", ("ReserveStock", "NoRoom")),
        ("transitions", ("RouteEnd", "OrderTakenOver")),
    ]
    assert "not covered: catches, ReserveStock > NoRoom" in list(found.lines())


def test_an_excluded_part_is_reported_with_its_reason(
    report: Report, monkeypatch: pytest.MonkeyPatch
) -> None:
    definition: Any = load()
    put("States", "Unused", value={"Type": "Succeed"})(definition)
    excluded = {("states", ("Unused", "")): "nothing leads to it"}
    monkeypatch.setattr(coverage, "EXCLUDED", excluded)

    found = Report(elements_of(definition), report.covered)

    assert found.missing() == []
    assert list(found.lines())[-1] == "excluded: states, Unused: nothing leads to it"


def test_the_command_prints_the_counts_and_fails_for_a_gap(
    report: Report, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(coverage, "measure", lambda definition: report)
    assert main() == 0

    report.covered.states.discard(("BackOff", ""))

    assert main() == 1
    assert f"states: {len(report.existing.states) - 1} of" in capsys.readouterr().out
