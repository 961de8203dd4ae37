"""The table of docs/performance.md: goal, measured value, value before, and a peer."""

import datetime
from collections.abc import Mapping, Sequence

from bench.cold_start.sampling import Start
from bench.cost.documents import ROOT, replace_figures
from bench.cost.peers import naive_port
from bench.cost.pricing import bill
from bench.cost.stories import Counts
from bench.hot_sku.mechanisms import Mechanism, Sharded, SingleWrite

PAGE = ROOT / "docs" / "performance.md"
HEAD = "| figure | goal | measured | before | peer |\n|---|---|---|---|---|\n"


def write(counted: Sequence[Counts], starts: Sequence[Start], rates: Mapping[str, float]) -> None:
    """Replace the table of the page by the figures of one run."""
    date = datetime.datetime.now(tz=datetime.UTC).date().isoformat()
    rows = [*cost_rows(counted), _cold_start_row(starts), _hot_sku_row(rates)]
    table = HEAD + "".join(f"| {' | '.join(row)} |\n" for row in rows)
    replace_figures(PAGE, f"Measured on {date}.\n\n{table}")


Row = tuple[str, str, str, str, str]


def cost_rows(counted: Sequence[Counts]) -> list[Row]:
    """The rows that are counts: the same in every run."""
    at_once, later, *_ = counted
    port = naive_port()
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


def _cold_start_row(starts: Sequence[Start]) -> Row:
    ratios = {
        compiled: max(
            one.ratio
            for one in starts
            if one.compiled is compiled and one.name.startswith("activities.")
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


def _hot_sku_row(rates: Mapping[str, float]) -> Row:
    before, now = rates[Mechanism.label], rates[Sharded.label]
    return (
        "orders a second on one SKU (model, transactions of 10 ms)",
        f"≥ {8 * before:g}",
        f"{now:g} ({now / before:.0f} ×)",
        f"{before:g}",
        f"{SingleWrite.label}: {rates[SingleWrite.label]:g}",
    )
