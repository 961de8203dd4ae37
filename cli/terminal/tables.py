"""Tables that fit the terminal without truncating cells."""

from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Console, ConsoleOptions, RenderResult
from rich.measure import Measurement
from rich.table import Table

from cli.terminal.console import UNLIMITED
from cli.terminal.text import Cell


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """A table that never truncates a cell.

    On a narrow terminal the columns of `may_go` are dropped one by one, in their order. If that is
    not enough, the columns of `folds` wrap.
    """

    heads: tuple[str, ...]
    rows: Sequence[tuple[Cell, ...]]
    title: str = ""
    may_go: tuple[str, ...] = ()
    folds: tuple[str, ...] = ()

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        yield self._fitting(console, options)

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        return Measurement.get(console, options, self._fitting(console, options))

    def _fitting(self, console: Console, options: ConsoleOptions) -> Table:
        counts = range(len(self.may_go))
        gone = (count for count in counts if self._fits(count, console, options))
        return self._without(next(gone, len(self.may_go)))

    def _fits(self, gone: int, console: Console, options: ConsoleOptions) -> bool:
        unconfined = options.update(max_width=UNLIMITED)
        width = console.measure(self._without(gone), options=unconfined).maximum
        return width <= options.max_width

    def _without(self, gone: int) -> Table:
        """The table without the first `gone` columns of `may_go`."""
        left_out = self.may_go[:gone]
        kept = [place for place, head in enumerate(self.heads) if head not in left_out]
        table = Table(box=None, title=self.title or None, title_justify="left")
        for head in (self.heads[place] for place in kept):
            table.add_column(head, no_wrap=head not in self.folds, overflow="fold")
        for row in self.rows:
            table.add_row(*(row[place] for place in kept))
        return table
