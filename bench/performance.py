"""Writes the tables of docs/performance.md: the measured figures with their goals, and other
engines.

Each module replaces only the rows that it measures; each row has the date of its measurement.
"""

import datetime
from collections.abc import Mapping, Sequence
from pathlib import Path

from bench.cold_start.sampling import Start
from bench.cost.documents import ROOT, figures_in, replace_figures
from bench.cost.peers import direct_port
from bench.cost.pricing import bill
from bench.cost.scenarios import Counts
from bench.hot_sku.mechanisms import Mechanism, Sharded, SingleWrite

PAGE = ROOT / "docs" / "performance.md"
HEAD = "| figure | goal | measured | before | peer | measured by |\n|---|---|---|---|---|---|\n"
COST, COLD_START, HOT_SKU = "bench.cost", "bench.cold_start", "bench.hot_sku"

Row = tuple[str, str, str, str, str]
"""Figure, goal, measured, before, peer."""


def update(module: str, rows: Sequence[Row], page: Path = PAGE) -> None:
    """Replace the rows that a module measures by those of its newest run."""
    table, _, peers = figures_in(page).partition("\n\n")
    lines = {name: _lines_of(name, table) for name in (COST, COLD_START, HOT_SKU)}
    date = datetime.datetime.now(tz=datetime.UTC).date().isoformat()
    lines[module] = [f"| {' | '.join(row)} | `{module}`, {date} |\n" for row in rows]
    text = "".join(line for mine in lines.values() for line in mine)
    replace_figures(page, f"{HEAD}{text}\n{peers}")


def update_peers(table: str, page: Path = PAGE) -> None:
    """Replace the second table: the same order on other engines."""
    first, _, _ = figures_in(page).partition("\n\n")
    replace_figures(page, f"{first}\n\n{table}")


def _lines_of(module: str, table: str) -> list[str]:
    return [f"{line}\n" for line in table.splitlines() if f"| `{module}`, " in line]


def cost_rows(counted: Sequence[Counts]) -> list[Row]:
    """The rows of bench.cost. They are counts, so each run gives the same."""
    at_once, later, *_ = counted
    port = direct_port()
    ratio = bill(later).total / bill(port).total
    return [
        (
            "state transitions, approved at once",
            "≤ 12",
            str(at_once.transitions),
            "12",
            f"direct port: {port.transitions}",
        ),
        (
            "state transitions, approved after 10 minutes",
            "as at once",
            str(later.transitions),
            "18",
            f"direct port: {port.transitions}",
        ),
        (
            "write units, approved at once",
            "≤ 60",
            str(at_once.usage.write_units),
            "123",
            f"direct port: {port.usage.write_units}, without signals, ledger, timeline and lists",
        ),
        (
            "cost relative to the direct port, approved after 10 minutes",
            "≤ 0.60",
            f"{ratio:.2f}",
            "1.00",
            "direct port: 1",
        ),
    ]


def cold_start_row(starts: Sequence[Start]) -> Row:
    """The slowest activity."""
    ratios = {
        compiled: max(
            start.ratio
            for start in starts
            if start.compiled is compiled and start.name.startswith("activities.")
        )
        for compiled in (True, False)
    }
    return (
        "cold start of the slowest activity relative to a boto3 client and a Powertools logger",
        "≤ 1.05",
        f"{ratios[True]:.2f}",
        f"{ratios[False]:.2f} without byte-code",
        "reference: 1",
    )


def hot_sku_row(rates: Mapping[str, float], lock_ms: float) -> Row:
    """The rate that shards sustain, and the one without them."""
    before, now = rates[Mechanism.label], rates[Sharded.label]
    return (
        f"orders a second on one SKU (model, transactions of {lock_ms:g} ms)",
        f"≥ {8 * before:g}",
        f"{now:g} ({now / before:.0f} ×)",
        f"{before:g}",
        f"{SingleWrite.label}: {rates[SingleWrite.label]:g}",
    )
