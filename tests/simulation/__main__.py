"""Simulate many orders under random faults, signals and time; every invariant must hold.

  python -m tests.simulation --orders 20000                  the first 20,000 orders
  python -m tests.simulation --orders 1000000 --resume FILE  a long run; resumes where it ended
  python -m tests.simulation --pairs                         every pair of single faults
  python -m tests.simulation --replay 4711                   the trace of one seed

The same seed always gives the same run. A seed that breaks an invariant is shrunk to the shortest
schedule that still does, and printed with its trace. Exit status 1 if any did.
"""

import argparse
import os
from itertools import zip_longest
from multiprocessing import Pool
from pathlib import Path

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.table import Table

from cli.terminal.streams import run_program
from tests.simulation.runs.campaign import Tally, campaign
from tests.simulation.runs.fault_pairs import all_pairs, wrong
from tests.simulation.runs.shrinking import run_schedule, shortest
from tests.simulation.schedules.random_schedule import random_schedule

SHOWN = 3
"""Number of failed seeds that are shrunk and printed; of the others only the seed is printed."""

console = Console()


def main() -> int:
    """Run the command line. Returns the exit status: 0 if every invariant held."""
    options = _options()
    if options.replay is not None:
        return _replay(options.replay)
    if options.pairs:
        return _pairs(options.jobs)
    tally = _load_tally(options.resume) or Tally(next_seed=options.seed)
    try:
        _run(tally, options)
    except KeyboardInterrupt:
        console.print("interrupted, saved" if options.resume else "interrupted")
    _report(tally)
    return 1 if tally.failed else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tests.simulation",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--orders", type=int, default=20_000, help="how many orders to simulate")
    parser.add_argument("--seed", type=int, default=1, help="the first seed")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes")
    parser.add_argument("--resume", type=Path, help="file to save to, and to resume from")
    parser.add_argument("--replay", type=int, metavar="SEED", help="print the trace of one seed")
    parser.add_argument("--pairs", action="store_true", help="all pairs of single faults")
    return parser.parse_args()


def _replay(seed: int) -> int:
    finding = run_schedule(random_schedule(seed))
    console.print(str(finding), markup=False, highlight=False, soft_wrap=True)
    return 1 if finding.problems else 0


def _pairs(jobs: int) -> int:
    pairs = list(all_pairs())
    found: list[str] = []
    with Pool(jobs) as pool, _progress() as progress:
        results = pool.imap_unordered(wrong, pairs, chunksize=20)
        for problems in progress.track(results, total=len(pairs), description="pairs of faults"):
            found += problems
    for problem in found:
        console.print(problem, markup=False, highlight=False, soft_wrap=True)
    console.print(f"{len(pairs)} pairs, {len(found)} problems")
    return 1 if found else 0


def _run(tally: Tally, options: argparse.Namespace) -> None:
    with _progress() as progress:
        task = progress.add_task("orders", total=options.orders, completed=tally.orders)
        for _ in campaign(tally, options.orders, jobs=options.jobs):
            description = f"orders, to seed {tally.next_seed - 1}, {len(tally.failed)} broken"
            progress.update(task, completed=tally.orders, description=description)
            _save(tally, options.resume)


def _progress() -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    return Progress(*columns, TimeElapsedColumn(), TimeRemainingColumn(), console=console)


def _load_tally(file: Path | None) -> Tally | None:
    if file is None or not file.exists():
        return None
    return Tally.from_json(file.read_text())


def _save(tally: Tally, file: Path | None) -> None:
    """Whole or not at all: the run may be killed at any moment."""
    if file is not None:
        draft = file.with_suffix(".part")
        draft.write_text(tally.to_json())
        draft.replace(file)


def _report(tally: Tally) -> None:
    title = f"{tally.orders} orders in {tally.schedules} schedules, {tally.calls} outside calls"
    table = Table("ended", "orders", "fault", "struck", "signals", "sent", title=title)
    counted = (tally.stages.most_common(), tally.faults.most_common(), tally.signals.most_common())
    for row in zip_longest(*counted, fillvalue=("", "")):
        table.add_row(*(str(cell) for pair in row for cell in pair))
    console.print(table)
    for seed in list(tally.failed)[:SHOWN]:
        found = shortest(random_schedule(seed))
        console.print(str(found), markup=False, highlight=False, soft_wrap=True)
    console.print(f"{len(tally.failed)} seeds broke an invariant: {list(tally.failed)[:20]}")
    if tally.failed:
        seed = next(iter(tally.failed))
        console.print(f"replay one: python -m tests.simulation --replay {seed}")


if __name__ == "__main__":
    run_program(main)
