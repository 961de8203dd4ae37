"""The metrics of a run, and whether they are sufficient."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from rich.box import SIMPLE
from rich.table import Table

from tests.mutation.code.results import MutantResult

ENOUGH = 0.95
"""The share of mutants that tests must detect; equivalent ones count as undetected."""


@dataclass(frozen=True, slots=True)
class Summary:
    """The results of a part; `equivalent` maps undetected mutants to the reasons (key -> reason),
    `lines` to their new lines.
    """

    results: Sequence[MutantResult]
    equivalent: Mapping[str, str]
    lines: Mapping[str, str] = field(default_factory=dict)

    @property
    def detected(self) -> int:
        return sum(result.detected for result in self.results)

    @property
    def share(self) -> float:
        """The share of all mutants that a test detected."""
        return self.detected / len(self.results)

    @property
    def survivors(self) -> list[MutantResult]:
        """The undetected mutants without a reason."""
        missed = (result for result in self.results if not result.detected)
        return [one for one in missed if one.key not in self.equivalent]

    @property
    def passes(self) -> bool:
        return self.share >= ENOUGH and not self.survivors


def table_by_file(part: str, summary: Summary) -> Table:
    """One row for each file, and one for all files."""
    table = _table(part)
    for file in sorted({result.file for result in summary.results}):
        of_file = [result for result in summary.results if result.file == file]
        table.add_row(file.removeprefix("lambdas/"), *_row(Summary(of_file, summary.equivalent)))
    table.add_section()
    table.add_row("all", *_row(summary))
    return table


def table_by_part(summaries: Mapping[str, Summary]) -> Table:
    """One row for each part."""
    table = _table("part")
    for part, summary in summaries.items():
        table.add_row(part, *_row(summary))
    return table


def _table(name: str) -> Table:
    table = Table(box=SIMPLE, pad_edge=False, collapse_padding=True)
    table.add_column(name, no_wrap=True)
    for column in ("mutants", "killed", "endless", "equal", "survive", "detected"):
        table.add_column(column, justify="right", no_wrap=True)
    return table


def table_of_reasons(summary: Summary) -> Table:
    """The number of equivalent mutants for each reason."""
    table = Table("equivalent", "because")
    for why, number in Counter(summary.equivalent.values()).most_common():
        table.add_row(str(number), why)
    return table


def _row(summary: Summary) -> tuple[str, ...]:
    status = Counter(result.status for result in summary.results)
    equivalent = sum(result.key in summary.equivalent for result in summary.results)
    numbers = (len(summary.results), status["killed"], status["timeout"], equivalent)
    return (*map(str, numbers), str(len(summary.survivors)), f"{summary.share:.1%}")
