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

    On a narrow terminal the columns of `optional` are dropped one by one. If that is
    not enough, the columns of `wrapping` wrap.
    """

    columns: tuple[str, ...]
    rows: Sequence[tuple[Cell, ...]]
    title: str = ""
    optional: tuple[str, ...] = ()
    wrapping: tuple[str, ...] = ()

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        yield self._choose_columns(console, options)

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        return Measurement.get(console, options, self._choose_columns(console, options))

    def _choose_columns(self, console: Console, options: ConsoleOptions) -> Table:
        counts = range(len(self.optional))
        gone = (count for count in counts if self._fits(count, console, options))
        return self._without(next(gone, len(self.optional)))

    def _fits(self, gone: int, console: Console, options: ConsoleOptions) -> bool:
        unconfined = options.update(max_width=UNLIMITED)
        width = console.measure(self._without(gone), options=unconfined).maximum
        return width <= options.max_width

    def _without(self, gone: int) -> Table:
        """The table without the first `gone` columns of `optional`."""
        left_out = self.optional[:gone]
        kept = [place for place, head in enumerate(self.columns) if head not in left_out]
        table = Table(box=None, title=self.title or None, title_justify="left")
        for head in (self.columns[place] for place in kept):
            table.add_column(head, no_wrap=head not in self.wrapping, overflow="fold")
        for row in self.rows:
            table.add_row(*(row[place] for place in kept))
        return table
