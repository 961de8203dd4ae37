"""How stories and their results look in a terminal."""

import threading
from collections.abc import Sequence

from rich.console import Console
from rich.live import Live
from rich.markup import escape
from rich.table import Table

from local.machine.progress import console
from local.player.performance import Result
from local.player.story import Story
from local.player.verdict import Verdict

_MARKS = {True: "[green]✓[/]", False: "[red]✗[/]"}


class LiveTable:
    """What every story is doing at the moment."""

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
        """A story goes on; where there is no terminal to draw on, only its end is told."""
        with self._lock:
            self._doing[story] = doing
            self._live.update(self._table())
        if doing == "done" and not console.is_terminal:
            console.print(f"  played {story}")

    def _table(self) -> Table:
        table = Table("story", "now", title="playing the stories", title_justify="left")
        for story, doing in self._doing.items():
            table.add_row(story, escape(doing), style="dim" if doing == "done" else None)
        return table


def show_result(result: Result, *, console: Console) -> None:
    """The table of ends, then everything that differed."""
    table = Table(
        *("story", "end", "path", "invariants", "rest", "seconds"),
        caption="path: the states that were entered; invariants: stock, money and records; rest: "
        "stage, outcomes, mails, answers. ✓ as told, - the story tells none",
        caption_justify="left",
    )
    for verdict in result.verdicts:
        table.add_row(*_row(verdict))
    console.print(table)
    for verdict in result.verdicts:
        _show_differences(verdict, console)
    for violation in result.violations:
        console.print(f"[red]over all stories:[/] {escape(violation)}", soft_wrap=True)


def show_stories(stories: Sequence[Story]) -> None:
    """The list of stories."""
    table = Table("name", "shows", "proves", show_lines=True)
    for story in stories:
        table.add_row(story.name, f"[bold]{story.title}[/]\n{story.shows}", ", ".join(story.proves))
    Console().print(table)


def _row(verdict: Verdict) -> tuple[str, ...]:
    return (
        verdict.story,
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
            console.print(f"  seen path of {order}: {escape(' → '.join(seen))}", soft_wrap=True)
