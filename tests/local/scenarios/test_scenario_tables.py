"""The output of the demo: one line per scenario, and a legend."""

from dataclasses import replace
from io import StringIO

from rich.console import Console

from local.commands.demo import select_scenarios
from local.commands.scenario_tables import print_result
from local.scenario_runner.result import ScenarioResult
from local.scenario_runner.runner import RunResult


def printed(*results: ScenarioResult) -> str:
    paper = StringIO()
    result = RunResult(results, violations=())
    print_result(result, select_scenarios(()), console=Console(file=paper, width=100))
    return paper.getvalue()


PASSED = ScenarioResult(
    scenario="happy-path", ends={"order": "completed"}, seen_paths={"order": ["A"]}
)


def test_a_scenario_is_listed_by_its_title() -> None:
    [line] = [line for line in printed(PASSED).splitlines() if "approved and completed" in line]

    assert " ".join(line.split()) == "An order is approved and completed completed ✓ ✓ ✓ 0.0"


def test_a_difference_names_the_scenario_to_run_again() -> None:
    shown = printed(replace(PASSED, differences=["[mail] is none"]))

    assert "happy-path: [mail] is none" in shown
    assert "✗" in shown


def test_the_marks_are_explained() -> None:
    text = " ".join(printed(PASSED).split())

    assert "✓ as expected, ✗ different, - not checked" in text
