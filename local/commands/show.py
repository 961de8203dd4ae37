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
from local.scenario_runner.result import Verdict
from local.scenario_runner.runner import Result
from local.scenario_runner.scenario import Story

_LIVE_COLUMNS = {"scenario": 28, "now": 44}
"""Fixed widths: the layout must not change with the texts."""
_MARKS = {True: "[green]✓[/]", False: "[red]✗[/]"}


class LiveTable:
    """Shows the current step of every scenario."""

    def __init__(self, stories: Sequence[Story]) -> None:
        self._lock = threading.Lock()
        self._doing = {story.name: "waits" for story in stories}
        self._live = Live(console=console, refresh_per_second=4, transient=True)

    def __enter__(self) -> "LiveTable":
        self._live.start()
        return self

    def __exit__(self, *failure: object) -> None:
        self._live.stop()

    def tell(self, story: str, doing: str) -> None:
        """Show a scenario's progress; without a terminal, print only its end."""
        with self._lock:
            self._doing[story] = doing
            self._live.update(self._table())
        if doing == "done" and not console.is_terminal:
            console.print(f"  finished {story}")

    def _table(self) -> Table:
        table = Table(title="running the scenarios", title_justify="left")
        for head, width in _LIVE_COLUMNS.items():
            table.add_column(head, width=width, no_wrap=True)
        for story, doing in self._doing.items():
            table.add_row(story, escape(doing), style="dim" if doing == "done" else None)
        return table


def show_result(result: Result, stories: Sequence[Story], *, console: Console) -> None:
    """Print the results of the scenarios, then every difference."""
    table = Table(
        *("scenario", "end", "path", "invariants", "details", "seconds"),
        caption="path: the states entered, in order; invariants: stock, money and records; "
        "details: stage, signal outcomes, e-mails, answers. "
        "✓ as expected, ✗ different, - not checked",
        caption_justify="left",
        box=SIMPLE_HEAD,
    )
    titles = {story.name: story.title for story in stories}
    for verdict in result.verdicts:
        table.add_row(titles[verdict.story], *_row(verdict))
    console.print(table)
    for verdict in result.verdicts:
        _show_differences(verdict, console)
    for violation in result.violations:
        console.print(f"[red]all scenarios together:[/] {escape(violation)}", soft_wrap=True)


def show_stories(stories: Sequence[Story]) -> None:
    """Print the scenarios, each with its purpose and invariants."""
    console = Console(highlight=False, emoji=False)
    for story in stories:
        console.print(f"[bold]{story.name}[/]  {escape(story.title)}")
        console.print(Padding(f"{escape(story.shows)}", (0, 0, 0, 2)))
        proves = escape(", ".join(story.proves))
        console.print(Padding(f"[dim]proves: {proves}[/]", (0, 0, 1, 2)))


def _row(verdict: Verdict) -> tuple[str, ...]:
    return (
        ", ".join(dict.fromkeys(verdict.ends.values())) or "-",
        _MARKS[not verdict.path_differences] if verdict.seen_paths else "-",
        _MARKS[not verdict.violations],
        _MARKS[not verdict.differences],
        f"{verdict.seconds:.1f}",
    )


def _show_differences(verdict: Verdict, console: Console) -> None:
    for problem in (*verdict.path_differences, *verdict.differences, *verdict.violations):
        console.print(f"[red]{verdict.story}:[/] {escape(problem)}", soft_wrap=True)
    if verdict.path_differences:
        for order, seen in verdict.seen_paths.items():
            console.print(f"  observed path of {order}: {escape(' → '.join(seen))}", soft_wrap=True)
