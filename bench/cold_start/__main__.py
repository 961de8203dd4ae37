"""`python -m bench.cold_start`: the processor time of a cold start."""

import argparse
import json
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table

from bench import performance
from bench.cold_start.programs import BARE
from bench.cold_start.sampling import Sampler, Start
from cli.terminal.streams import run_program

ROUNDS = 7
EXPLANATION = """
Imports the module of each function and constructs the client of the tables, in a fresh
interpreter. "compiled": with byte-code, as functions are deployed; "sources": without. Both are
processor time above a bare interpreter, relative to REF with byte-code. REF is a program with a
boto3 client and a Logger. "ms" is of "compiled".
"""


def main() -> None:
    """Measure and print."""
    arguments = _arguments()
    starts = measure(arguments.rounds)
    if arguments.write:
        write(starts)
    if arguments.output == "json":
        print(json.dumps([asdict(start) for start in starts]))
    else:
        show(starts)


def measure(rounds: int = ROUNDS) -> Sequence[Start]:
    """The starts of each program, with byte-code and without."""
    with tempfile.TemporaryDirectory() as folder:
        return Sampler(Path(folder)).measure(rounds)


def write(starts: Sequence[Start]) -> None:
    """Write the row of docs/performance.md."""
    performance.update(performance.COLD_START, [performance.cold_start_row(starts)])


def show(starts: Sequence[Start]) -> None:
    """Print the starts relative to REF."""
    Console().print(_table(starts))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.cold_start", description=EXPLANATION)
    parser.add_argument("-o", "--output", choices=("table", "json"), default="table")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="samples of each program")
    parser.add_argument(
        "--write", action="store_true", help="write the figure into docs/performance.md, too"
    )
    return parser.parse_args()


def _table(starts: Sequence[Start]) -> Table:
    table = Table(title="Cold start, processor time relative to REF", box=SIMPLE)
    table.add_column("module", no_wrap=True)
    for name in ("compiled", "sources", "ms", "modules"):
        table.add_column(name, justify="right")
    without = {start.name: start.ratio for start in starts if not start.compiled}
    for start in sorted((one for one in starts if one.compiled), key=lambda one: one.ratio):
        if start.name != BARE:
            ratios = (f"{start.ratio:.2f}", f"{without[start.name]:.2f}")
            table.add_row(start.name, *ratios, f"{start.cpu_ms:.0f}", str(start.modules))
    return table


if __name__ == "__main__":
    run_program(main)
