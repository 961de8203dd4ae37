"""Scenarios are repeated on their own where a busy machine let a deadline pass, and only there."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from local.checks.records import ObservedOrder
from local.scenario_runner import runner
from local.scenario_runner.result import ScenarioResult
from local.scenario_runner.runner import REPETITIONS, ScenarioRunner, has_expired
from local.scenario_runner.scenario import Scenario, read_scenarios
from local.scenario_runner.scenario_run import ScenarioRun

APPROVED, EXPIRES = (
    next(one for one in read_scenarios() if one.name == name)
    for name in ("happy-path", "deadline-passes")
)
PASSED = "2020-01-01T00:00:00Z"
Results = Mapping[str, list[ScenarioResult]]


@pytest.fixture
def run_all(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[ScenarioResult]]:
    """Runs the two scenarios with the results of a table, in order."""
    monkeypatch.setattr(runner, "Backend", lambda _: None)
    monkeypatch.setattr(ScenarioRunner, "_check_all_tables", lambda _: ())

    def run(results: Results) -> list[ScenarioResult]:
        monkeypatch.setattr(ScenarioRunner, "_run", lambda _, one: results[one.name].pop(0))
        made = ScenarioRunner(state=None, jobs=2, on_progress=lambda *_: None)  # type: ignore[arg-type]
        return list(made.run([APPROVED, EXPIRES]).scenarios)

    return run


def a_result(scenario: Scenario, **values: Any) -> ScenarioResult:
    return replace(ScenarioResult(scenario=scenario.name), **values)


@pytest.mark.parametrize(("slow_runs", "passed"), [(2, True), (1 + REPETITIONS, False)])
def test_a_scenario_whose_deadline_passed_too_early_is_repeated_a_few_times(
    run_all: Callable[..., list[ScenarioResult]], slow_runs: int, passed: bool
) -> None:
    slow = a_result(APPROVED, differences=["expired"], too_slow=True)
    runs = [slow] * slow_runs + [a_result(APPROVED, seconds=7.0)] * passed
    results = {APPROVED.name: runs, EXPIRES.name: [a_result(EXPIRES)]}

    approved, _ = run_all(results)

    assert (approved.passed, approved.seconds == 7.0) == (passed, passed)
    assert not results[APPROVED.name]


def test_another_failure_is_not_repeated(run_all: Callable[..., list[ScenarioResult]]) -> None:
    failed = a_result(APPROVED, differences=["another stage"])
    approved, _ = run_all({APPROVED.name: [failed], EXPIRES.name: [a_result(EXPIRES)]})
    assert approved is failed


@pytest.mark.parametrize(
    ("scenario", "deadline", "outcome", "too_slow"),
    [
        (APPROVED, PASSED, "expired", True),
        (APPROVED, PASSED, "completed", False),
        (APPROVED, "2120-01-01T00:00:00Z", "expired", False),
        (APPROVED, None, "rejected", False),
        (EXPIRES, PASSED, "expired", False),
    ],
)
def test_a_scenario_was_too_slow_if_its_order_expired_against_the_expectation(
    monkeypatch: pytest.MonkeyPatch,
    scenario: Scenario,
    deadline: str | None,
    outcome: str,
    too_slow: bool,
) -> None:
    class Users:
        def status(self, _: str) -> dict[str, Any]:
            return {"approval_deadline": deadline, "outcome": outcome}

    monkeypatch.setattr(ScenarioRun, "wait_for_end", lambda *_: None)
    run = ScenarioRun(Users(), backend=None)  # type: ignore[arg-type]
    run.orders["order"] = ObservedOrder("01J0000000000000000000000A")

    assert has_expired(run, scenario) is too_slow
