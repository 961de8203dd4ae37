"""Tables of scenarios and their results."""

import threading
from collections.abc import Sequence

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.live import Live
from rich.markup import escape
from rich.padding import Padding
from rich.table import Table

from local.host.progress import console
from local.scenario_runner.result import ScenarioResult
from local.scenario_runner.runner import RunResult
from local.scenario_runner.scenario import Scenario

_LIVE_COLUMNS = {"scenario": 28, "now": 44}
"""Fixed widths: the layout must not change with the texts."""
_MARKS = {True: "[green]✓[/]", False: "[red]✗[/]"}


class LiveTable:
    """Shows the current step of every scenario."""

    def __init__(self, scenarios: Sequence[Scenario]) -> None:
        self._lock = threading.Lock()
        self._steps = {scenario.name: "waits" for scenario in scenarios}
        self._live = Live(console=console, refresh_per_second=4, transient=True)

    def __enter__(self) -> "LiveTable":
        self._live.start()
        return self

    def __exit__(self, *failure: object) -> None:
        self._live.stop()

    def update(self, scenario: str, step: str) -> None:
        """Show the current step of a scenario; without a terminal, print only its end."""
        with self._lock:
            self._steps[scenario] = step
            self._live.update(self._table())
        if step == "done" and not console.is_terminal:
            console.print(f"  finished {scenario}")

    def _table(self) -> Table:
        table = Table(title="running the scenarios", title_justify="left")
        for head, width in _LIVE_COLUMNS.items():
            table.add_column(head, width=width, no_wrap=True)
        for scenario, step in self._steps.items():
            table.add_row(scenario, escape(step), style="dim" if step == "done" else None)
        return table


def print_result(result: RunResult, scenarios: Sequence[Scenario], *, console: Console) -> None:
    """Print the results of the scenarios, then every difference."""
    table = Table(
        *("scenario", "end", "path", "invariants", "details", "seconds"),
        caption="path: the states entered, in order; invariants: stock, money and records; "
        "details: stage, signal outcomes, e-mails, answers. "
        "✓ as expected, ✗ different, - not checked",
        caption_justify="left",
        box=SIMPLE_HEAD,
    )
    titles = {scenario.name: scenario.title for scenario in scenarios}
    for one in result.scenarios:
        table.add_row(titles[one.scenario], *_row(one))
    console.print(table)
    for one in result.scenarios:
        _print_differences(one, console)
    for violation in result.violations:
        console.print(f"[red]all scenarios together:[/] {escape(violation)}", soft_wrap=True)


def print_scenarios(scenarios: Sequence[Scenario]) -> None:
    """Print the scenarios, each with its purpose and invariants."""
    console = Console(highlight=False, emoji=False)
    for scenario in scenarios:
        console.print(f"[bold]{scenario.name}[/]  {escape(scenario.title)}")
        console.print(Padding(f"{escape(scenario.shows)}", (0, 0, 0, 2)))
        proves = escape(", ".join(scenario.proves))
        console.print(Padding(f"[dim]proves: {proves}[/]", (0, 0, 1, 2)))


def _row(result: ScenarioResult) -> tuple[str, ...]:
    return (
        ", ".join(dict.fromkeys(result.ends.values())) or "-",
        _MARKS[not result.path_differences] if result.seen_paths else "-",
        _MARKS[not result.violations],
        _MARKS[not result.differences],
        f"{result.seconds:.1f}",
    )


def _print_differences(result: ScenarioResult, console: Console) -> None:
    for problem in (*result.path_differences, *result.differences, *result.violations):
        console.print(f"[red]{result.scenario}:[/] {escape(problem)}", soft_wrap=True)
    if result.path_differences:
        for order, seen in result.seen_paths.items():
            console.print(f"  observed path of {order}: {escape(' → '.join(seen))}", soft_wrap=True)
