"""`python -m tests.simulation --orders 20000 --seed 1 [--resume FILE]`, or `--replay SEED`."""

import argparse
import sys
from itertools import zip_longest
from pathlib import Path

from rich.console import Console
from rich.progress import MofNCompleteColumn, Progress, SpinnerColumn, TimeRemainingColumn
from rich.table import Table

from tests.simulation.campaign import Tally, campaign
from tests.simulation.chance import random_schedule
from tests.simulation.shrinking import played, shortest

SAVE_EVERY = 100
"""Schedules between two savings of the tally."""

console = Console()


def main() -> int:
    """Run what the command line asks for; the exit status tells whether all is well."""
    options = _options()
    if options.replay is not None:
        finding = played(random_schedule(options.replay))
        console.print(str(finding), markup=False, highlight=False, soft_wrap=True)
        return 1 if finding.problems else 0
    tally = _resumed(options.resume) or Tally(next_seed=options.seed)
    try:
        _run(tally, options.orders, options.resume)
    except KeyboardInterrupt:
        console.print("interrupted")
    _save(tally, options.resume)
    _report(tally)
    return 1 if tally.failed else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--orders", type=int, default=5_000, help="how many orders to simulate")
    parser.add_argument("--seed", type=int, default=1, help="the first seed")
    parser.add_argument("--resume", type=Path, help="file to save to, and to go on from")
    parser.add_argument("--replay", type=int, metavar="SEED", help="print the trace of one seed")
    return parser.parse_args()


def _run(tally: Tally, orders: int, file: Path | None) -> None:
    columns = (SpinnerColumn(), *Progress.get_default_columns()[:2], MofNCompleteColumn())
    with Progress(*columns, TimeRemainingColumn(), console=console) as progress:
        task = progress.add_task("orders", total=orders, completed=tally.orders)
        for _ in campaign(tally, orders):
            progress.update(task, completed=tally.orders, description=f"seed {tally.next_seed}")
            if tally.schedules % SAVE_EVERY == 0:
                _save(tally, file)


def _resumed(file: Path | None) -> Tally | None:
    if file is None or not file.exists():
        return None
    return Tally.from_json(file.read_text())


def _save(tally: Tally, file: Path | None) -> None:
    if file is not None:
        file.write_text(tally.to_json())


def _report(tally: Tally) -> None:
    title = f"{tally.orders} orders in {tally.schedules} schedules, {tally.calls} outside calls"
    table = Table("ended", "orders", "fault", "struck", title=title)
    both = zip_longest(tally.stages.most_common(), tally.faults.most_common(), fillvalue=("", ""))
    for stage, fault in both:
        table.add_row(*(str(cell) for cell in (*stage, *fault)))
    console.print(table)
    for seed in list(tally.failed)[:3]:
        found = shortest(random_schedule(seed))
        console.print(str(found), markup=False, highlight=False, soft_wrap=True)
    console.print(f"{len(tally.failed)} seeds broke an invariant: {list(tally.failed)[:20]}")


if __name__ == "__main__":
    sys.exit(main())
