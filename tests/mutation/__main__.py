"""Mutation testing of the definition: a scenario must detect every single change.

  python -m tests.mutation                          every mutant (minutes)
  python -m tests.mutation --only 'RefundPayment'   those whose name matches a pattern
  python -m tests.mutation --json > mutants.json    the result of each, for scripts

A surviving mutant shows that a scenario is missing, or it is equivalent to the definition and
listed in tests/mutation/equivalents.py with the reason. Exit status 1 if a survivor is not listed.
"""

import argparse
import json
import os
import re
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from multiprocessing import Pool

from rich.console import Console
from rich.progress import track
from rich.table import Table

from cli.terminal.streams import run_program
from tests.mutation.operators import Mutant, mutants
from tests.mutation.running import MutantResult, run_mutant
from tests.support.definition import load

console = Console(stderr=True)


def main() -> int:
    """Test the selected mutants. Returns the exit status."""
    options = _options()
    chosen = [mutant for mutant in mutants(load()) if re.search(options.only, mutant.name)]
    if not chosen:
        console.print(f"no mutant's name matches {options.only!r}", markup=False)
        return 2
    found = _run(chosen, options.jobs)
    if options.json:
        sys.stdout.write(json.dumps([asdict(one) for one in found], indent=2) + "\n")
    _report(found)
    return 1 if any(one.survives for one in found) else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tests.mutation",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--only", default="", metavar="PATTERN", help="regular expression on names")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes")
    parser.add_argument("--json", action="store_true", help="every mutant on stdout")
    return parser.parse_args()


def _run(chosen: Sequence[Mutant], jobs: int) -> list[MutantResult]:
    with Pool(jobs) as pool:
        results = pool.imap(run_mutant, chosen, chunksize=5)
        return list(track(results, "mutants", total=len(chosen), console=console))


def _report(found: Sequence[MutantResult]) -> None:
    equivalent = Counter(one.equivalent for one in found if one.equivalent)
    table = Table("equivalent", "because")
    for why, number in equivalent.most_common():
        table.add_row(str(number), why)
    if equivalent:
        console.print(table)
    survivors = [one.mutant for one in found if one.survives]
    for name in survivors:
        console.print(f"survives: {name}", markup=False, highlight=False)
    killed = len(found) - len(survivors) - equivalent.total()
    counts = f"{killed} killed, {equivalent.total()} equivalent, {len(survivors)} survive"
    console.print(f"{len(found)} mutants: {counts}")


if __name__ == "__main__":
    run_program(main)
