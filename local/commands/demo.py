"""Commands about scenarios: `demo` runs them, `scenarios` lists them."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Annotated, Any

import typer
from rich.console import Console

from cli.terminal.output import Format, Output
from local.commands.connection import print_connection
from local.commands.output import print_json, report_problems
from local.commands.scenario_tables import LiveTable, print_result, print_scenarios
from local.host.folders import Folders
from local.host.problems import LocalProblem
from local.host.progress import print_message
from local.host.state import State
from local.lifecycle.down import down
from local.lifecycle.options import UpOptions
from local.lifecycle.up import up
from local.scenario_runner.runner import RunResult, ScenarioRunner
from local.scenario_runner.scenario import InvalidScenario, Scenario, read_scenarios

DEMO_TIMES = UpOptions(approval_timeout=20, heartbeat=4)
"""Short enough to let a deadline pass. On a machine that is too slow to act before it, the scenario
is repeated on its own.
"""

MAX_TIMEOUT = 60
JOBS = 6
_OWN_ENVIRONMENT = (
    "stop it with `.venv/bin/python -m local down`, then run the demo again: it starts its own"
)


def demo(
    output: Output = Format.TABLE,
    names: Annotated[
        list[str] | None,
        typer.Option("--scenario", help="Run only this scenario; may be repeated.", metavar="NAME"),
    ] = None,
    jobs: Annotated[
        int, typer.Option(help="Number of concurrent scenarios.", min=1, metavar="N")
    ] = JOBS,
    payments: Annotated[
        str,
        typer.Option(
            help="The payment provider: sandbox, or stripe, which is localstripe.",
            metavar="PROVIDER",
        ),
    ] = "sandbox",
    keep: Annotated[
        bool, typer.Option("--keep", help="Leave the environment running afterwards.")
    ] = False,
) -> None:
    """Run the scenarios against a real deployment; check their results, paths and invariants.

    Uses the running environment if there is one (it must have a short approval timeout), else
    starts one and stops it afterwards. Exit code 1 if a check fails.
    """
    folders = Folders.default()
    with report_problems():
        chosen = select_scenarios(names or ())
        with _environment(folders, payments, keep=keep) as (state, stays):
            with LiveTable(chosen) as table:
                result = ScenarioRunner(state, jobs=jobs, on_progress=table.update).run(chosen)
            if output is Format.JSON:
                print_json(_report(result, state, folders))
            else:
                print_result(result, chosen, console=Console())
                _print_next_steps(state, result, stays=stays)
    if not result.passed:
        print_message(f"the log of the emulator: {folders.log('emulator')}")
        raise typer.Exit(1)


def scenarios(output: Output = Format.TABLE) -> None:
    """List the scenarios that `demo` runs, with the purpose and the invariants of each."""
    with report_problems():
        found = select_scenarios(())
        if output is Format.JSON:
            print_json({"scenarios": [_summary(scenario) for scenario in found]})
        else:
            print_scenarios(found)


def select_scenarios(names: Sequence[str]) -> tuple[Scenario, ...]:
    """The scenarios of these names, or all. Raises LocalProblem for an unknown name."""
    try:
        found = read_scenarios()
    except InvalidScenario as mistake:
        raise LocalProblem("reading the scenarios", str(mistake), advice="fix the file") from None
    unknown = set(names) - {scenario.name for scenario in found}
    if unknown:
        reason = f"there is no scenario {', '.join(sorted(unknown))}"
        raise LocalProblem("reading the options", reason, advice="see `python -m local scenarios`")
    return tuple(scenario for scenario in found if not names or scenario.name in names)


@contextmanager
def _environment(folders: Folders, payments: str, *, keep: bool) -> Iterator[tuple[State, bool]]:
    """The environment to use, and whether it continues to run afterwards."""
    state, started = up(folders, replace(DEMO_TIMES, payments=payments))
    stays = keep or not started
    try:
        if state.payments != payments:
            reason = f"its payment provider is {state.payments}"
            raise LocalProblem("choosing the environment", reason, advice=_OWN_ENVIRONMENT)
        if state.approval_timeout_seconds > MAX_TIMEOUT:
            reason = f"its approval timeout is too long: {state.approval_timeout_seconds} s"
            raise LocalProblem("choosing the environment", reason, advice=_OWN_ENVIRONMENT)
        yield state, stays
    finally:
        if not stays:
            down(folders)


def _print_next_steps(state: State, result: RunResult, *, stays: bool) -> None:
    passed = sum(scenario.passed for scenario in result.scenarios)
    print(f"{passed} of {len(result.scenarios)} scenarios passed")
    if stays:
        print_connection(state)
    else:
        print(
            f"\n  The scenarios ran at {state.api_url}"
            f"\n  (emulator {state.emulator_url}), which stops now. To explore an environment:"
            "\n  .venv/bin/python -m local up          API, its docs and the console, until Ctrl-C"
            "\n  .venv/bin/python -m local scenarios   the purpose of each scenario"
        )


def _report(result: RunResult, state: State, folders: Folders) -> dict[str, Any]:
    return {
        "passed": result.passed,
        "scenarios": [scenario.as_json() for scenario in result.scenarios],
        "violations": list(result.violations),
        "environment": {
            "api_url": state.api_url,
            "emulator_url": state.emulator_url,
            "state_file": str(folders.state_file),
        },
    }


def _summary(scenario: Scenario) -> dict[str, Any]:
    return {
        "name": scenario.name,
        "title": scenario.title,
        "shows": scenario.shows,
        "alone": scenario.alone,
        "proves": list(scenario.proves),
    }
