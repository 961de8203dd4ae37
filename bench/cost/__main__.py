"""`python -m bench.cost`: the cost of seven scenarios, beside other engines."""

import argparse
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table

from bench import performance
from bench.cost import alternatives, documents
from bench.cost.definitions import check_samples
from bench.cost.peers import direct_port, durable_functions, peers, temporal_cloud
from bench.cost.pricing import LOG_LEVELS, PRICES, bill
from bench.cost.scenarios import SCENARIOS, Counts, measure_scenario
from cli.terminal.streams import run_program

EXPLANATION = """
Counts state transitions, function invocations, write units and read units. Each scenario is one
order of two lines, run with the deployed handlers on the committed state machine. Network and
processor times are assumptions. Prices and assumptions: bench/cost/prices.toml.
"""


def main() -> None:
    """Measure and print."""
    arguments = _arguments()
    if arguments.check_samples:
        print(*check_samples(peers(), arguments.check_samples), sep="\n")
        return
    counted = measure()
    if arguments.write:
        write(counted)
    if arguments.fewer:
        print(alternatives.table(counted[0]))
        return
    if arguments.output == "json":
        print(json.dumps([_as_dict(one, arguments.log_level) for one in _all(counted)]))
    else:
        show(counted, arguments.log_level)


def measure() -> list[Counts]:
    """The counts of each scenario, in the order of SCENARIOS."""
    return [measure_scenario(scenario) for scenario in SCENARIOS]


def write(counted: list[Counts]) -> None:
    """Write the figures into the documents."""
    documents.write(counted)
    performance.update(performance.COST, performance.cost_rows(counted))
    performance.update_peers(documents.peer_table(counted))


def show(counted: list[Counts], log_level: str = "ALL") -> None:
    """Print the counts and costs beside other state machines and engines."""
    console = Console()
    console.print(_table(_all(counted), log_level))
    _print_comparison(console, counted, direct_port(), log_level)


def _all(counted: list[Counts]) -> list[Counts]:
    return [*counted, *(peer.counts for peer in peers())]


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.cost", description=EXPLANATION)
    parser.add_argument("-o", "--output", choices=("table", "json"), default="table")
    parser.add_argument(
        "--log-level",
        choices=LOG_LEVELS,
        default="ALL",
        help="log level of the state machine; ALL logs every history event",
    )
    parser.add_argument(
        "--write", action="store_true", help="also write the figures into README.md and docs/"
    )
    parser.add_argument(
        "--fewer", action="store_true", help="print what fewer transitions would cost (decision 27)"
    )
    parser.add_argument(
        "--check-samples",
        type=Path,
        metavar="FOLDER",
        help="check the paths of the public samples (peers.toml) against their clones in FOLDER",
    )
    return parser.parse_args()


def _table(counted: list[Counts], log_level: str) -> Table:
    date = PRICES["date"]
    title = f"Cost of an order (us-east-1, list prices of {date}, without e-mail)"
    table = Table(title=title, box=SIMPLE)
    table.add_column("scenario", no_wrap=True)
    for name in ("states", "functions", "writes", "reads", "$/million"):
        table.add_column(name, justify="right")
    for one in counted:
        usage = one.usage
        figures = (one.transitions, one.invocations, usage.write_units, usage.read_units)
        dollars = f"{bill(one, log_level=log_level).total:,.0f}"
        table.add_row(one.scenario, *map(str, figures), dollars)
    return table


def _print_comparison(
    console: Console, counted: list[Counts], port: Counts, log_level: str
) -> None:
    port_dollars = bill(port, log_level=log_level).total
    for one in counted[:2]:
        ratio = bill(one, log_level=log_level).total / port_dollars
        console.print(f"{one.scenario}: {ratio:.2f} × the direct port")
    console.print(
        f"Orchestration alone, per million orders: this workflow "
        f"${bill(counted[0]).parts['transitions']:,.0f}, Temporal Cloud ${temporal_cloud():,.0f} "
        f"(without Workers), Lambda durable functions ${durable_functions():,.0f}"
    )


def _as_dict(counts: Counts, log_level: str) -> dict[str, Any]:
    priced = bill(counts, log_level=log_level)
    return {
        **asdict(counts),
        "usage": {
            "writes": dict(counts.usage.writes),
            "write_units": counts.usage.write_units,
            "read_units": counts.usage.read_units,
            "calls": dict(counts.usage.calls),
        },
        "dollars_per_million": {**priced.parts, "total without e-mail": priced.total},
    }


if __name__ == "__main__":
    run_program(main)
