"""Tables that fit the terminal without truncating cells."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from rich.console import Console, ConsoleOptions, RenderResult
from rich.measure import Measurement
from rich.table import Table

from cli.terminal.console import UNLIMITED
from cli.terminal.text import Cell

_NARROWEST = 6
"""Width in columns of a cell that wraps, with its space."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """A table that never truncates a cell.

    On a narrow terminal the columns of `optional` are dropped one by one. If that is not enough,
    the columns of `wrapping` wrap; then all but `key`, by default the first column. It has the
    IDs, which people copy: the table is wider than the terminal rather than to break them.
    """

    columns: tuple[str, ...]
    rows: Sequence[tuple[Cell, ...]]
    title: str = ""
    optional: tuple[str, ...] = ()
    wrapping: tuple[str, ...] = ()
    key: str = ""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        table = self._choose_columns(console, options)
        others = self._except_key()
        ids = _width(self._table(others, ()), console, options)
        least = ids + _NARROWEST * (len(table.columns) - 1)
        yield from console.render(table, options.update(max_width=max(least, options.max_width)))

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        return Measurement.get(console, options, self._choose_columns(console, options))

    def _choose_columns(self, console: Console, options: ConsoleOptions) -> Table:
        """The table with as many columns as fit; if none fit, one whose columns wrap."""
        for gone in range(len(self.optional)):
            table = self._table(self.optional[:gone], self.wrapping)
            if _width(table, console, options) <= options.max_width:
                return table
        rigid = self._table((*self.optional, *self.wrapping), ())
        least = _width(rigid, console, options) + _NARROWEST * len(self.wrapping)
        fits = least <= options.max_width
        return self._table(self.optional, self.wrapping if fits else self._except_key())

    def _except_key(self) -> list[str]:
        return [head for head in self.columns if head != (self.key or self.columns[0])]

    def _table(self, left_out: Collection[str], wrapping: Collection[str]) -> Table:
        kept = [place for place, head in enumerate(self.columns) if head not in left_out]
        table = Table(box=None, title=self.title or None, title_justify="left")
        for head in (self.columns[place] for place in kept):
            table.add_column(head, no_wrap=head not in wrapping, overflow="fold")
        for row in self.rows:
            table.add_row(*(row[place] for place in kept))
        return table


def _width(table: Table, console: Console, options: ConsoleOptions) -> int:
    """The width of a table that is not confined."""
    return console.measure(table, options=options.update(max_width=UNLIMITED)).maximum
