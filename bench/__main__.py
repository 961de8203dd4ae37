"""Run every measurement that needs no AWS account, and write docs/performance.md: `make bench`."""

import argparse

from bench import performance
from bench.cold_start import __main__ as cold_start
from bench.cost import __main__ as cost
from bench.hot_sku import __main__ as hot_sku
from cli.terminal.streams import run_program


def main() -> None:
    """Measure, print each table, and write the summary."""
    argparse.ArgumentParser(prog="python -m bench", description=__doc__).parse_args()
    print("== bench.cost", flush=True)
    counted = cost.measure()
    cost.show(counted)
    cost.write(counted)
    print("== bench.cold_start", flush=True)
    starts = cold_start.measure()
    cold_start.show(starts)
    cold_start.write(starts)
    print("== bench.hot_sku", flush=True)
    arguments = hot_sku.parse([])
    rows = hot_sku.measure(arguments)
    hot_sku.show(rows, arguments)
    hot_sku.write(rows, arguments)
    print(f"written: {performance.PAGE}")


if __name__ == "__main__":
    run_program(main)
