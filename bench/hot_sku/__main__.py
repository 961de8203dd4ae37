"""`python -m bench.hot_sku`: how many orders a second one SKU sustains."""

import argparse
import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table

from bench import performance
from bench.hot_sku.mechanisms import MECHANISMS, Mechanism, Sharded
from bench.hot_sku.model import Report, simulate
from cli.terminal.streams import run_program

RATES = (10, 20, 30, 40, 60, 80, 120, 160, 240, 320, 400, 480, 640)
SALE_UNITS, SALE_RATE = 2_000, 160
SLOWEST_MS = 5_000
"""A rate is sustained if no order fails for want of a turn and 99 % of the reservations take less
than this."""
EXPLANATION = """
A model, not a measurement. DynamoDB refuses a transaction that overlaps with another one on the
same item; `--lock` says for how long a transaction has its items. Orders arrive at random, hold
one unit, are approved 1 to 10 s later and sell it. All mechanisms get the same arrivals, lock and
Retry; the rules of `item and shards` are the adapter's own code. A rate is sustained if no order
fails and 99 % of the reservations take less than five seconds.
"""


def main() -> None:
    """Raise the rate of each mechanism until it is no longer sustained."""
    arguments = parse()
    rows = measure(arguments)
    if arguments.write:
        write(rows, arguments)
    if arguments.output == "json":
        print(json.dumps([_as_dict(row) for row in rows]))
    else:
        show(rows, arguments)


def measure(arguments: argparse.Namespace) -> "list[Row]":
    """A row for each mechanism and rate, up to the first rate that it does not sustain."""
    return [row for mechanism in MECHANISMS for row in _rows(mechanism, arguments)]


def sustained_rates(rows: "list[Row]") -> dict[str, float]:
    """The highest sustained rate of each mechanism, in orders a second."""
    best: dict[str, float] = {}
    for label, rate, _, sustained in rows:
        best[label] = rate if sustained else best.get(label, 0)
    return best


def write(rows: "list[Row]", arguments: argparse.Namespace) -> None:
    """Write the row of docs/performance.md."""
    row = performance.hot_sku_row(sustained_rates(rows), arguments.lock)
    performance.update(performance.HOT_SKU, [row])


def show(rows: "list[Row]", arguments: argparse.Namespace) -> None:
    """Print the rates, what they are relative to one item, and a sale of too few units."""
    console = Console()
    console.print(_table(rows, arguments.lock))
    best = sustained_rates(rows)
    for label, rate in best.items():
        ratio = rate / best[Mechanism.label]
        console.print(f"{label}: {rate} orders/s, {ratio:.1f} × {Mechanism.label}")
    _print_sale(console, arguments)


def _print_sale(console: Console, arguments: argparse.Namespace) -> None:
    """A sale of too few units: who is refused, and what is left at the end."""
    for mechanism in (Mechanism, Sharded):
        sale = simulate(
            mechanism,
            SALE_RATE,
            lock_ms=arguments.lock,
            seconds=arguments.seconds,
            seed=arguments.seed,
            units=SALE_UNITS,
        )
        console.print(
            f"{SALE_UNITS} units, {SALE_RATE} orders/s for {arguments.seconds:g} s, "
            f"{mechanism.label}: {sale.completed} sold, {sale.refused} refused, "
            f"{sale.refused_in_error} of them in error, {sale.failed_to_hold} gave up, "
            f"{sale.failed_to_sell} gave up after payment"
        )


Row = tuple[str, float, Report, bool]


def _rows(mechanism: type[Mechanism], arguments: argparse.Namespace) -> list[Row]:
    rows: list[Row] = []
    for rate in RATES:
        report = simulate(
            mechanism,
            rate,
            lock_ms=arguments.lock,
            seconds=arguments.seconds,
            seed=arguments.seed,
        )
        sustained = not report.failed and report.percentile(report.holds, 0.99) < SLOWEST_MS
        rows.append((mechanism.label, rate, report, sustained))
        if not sustained:
            break
    return rows


def parse(words: Sequence[str] | None = None) -> argparse.Namespace:
    """The arguments of the command line, or of `words`."""
    parser = argparse.ArgumentParser(prog="python -m bench.hot_sku", description=EXPLANATION)
    parser.add_argument("-o", "--output", choices=("table", "json"), default="table")
    parser.add_argument(
        "--lock", type=float, default=10.0, help="milliseconds that a transaction has its items"
    )
    parser.add_argument("--seconds", type=float, default=30.0, help="how long orders arrive")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--write", action="store_true", help="write the figure into docs/performance.md, too"
    )
    arguments = parser.parse_args(words)
    assumed = ("lock", "seconds", "seed")
    if arguments.write and any(getattr(arguments, n) != parser.get_default(n) for n in assumed):
        parser.error("--write is for the default --lock, --seconds and --seed")
    return arguments


def _table(rows: list[Row], lock: float) -> Table:
    table = Table(title=f"One SKU, transactions of {lock:g} ms", box=SIMPLE)
    table.add_column("mechanism", no_wrap=True)
    names = ("orders/s", "failed", "after payment", "Retry/order", "hold p50/p99 ms", "units/order")
    for name in names:
        table.add_column(name, justify="right")
    for label, rate, report, _ in rows:
        p50, p99 = (report.percentile(report.holds, fraction) for fraction in (0.5, 0.99))
        table.add_row(
            label,
            f"{rate:g}",
            f"{100 * report.failed / report.arrived:.2f} %",
            f"{100 * report.failed_to_sell / report.arrived:.2f} %",
            f"{report.task_retries / report.arrived:.2f}",
            f"{p50:.0f}/{p99:.0f}",
            f"{report.write_units / report.arrived:.1f}",
        )
    return table


def _as_dict(row: Row) -> dict[str, Any]:
    label, rate, report, sustained = row
    figures = {k: v for k, v in asdict(report).items() if k not in ("holds", "sells")}
    return {"mechanism": label, "rate": rate, "sustained": sustained, **figures}


if __name__ == "__main__":
    run_program(main)
