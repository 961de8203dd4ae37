"""Mutation testing of the rules' code: a fast test must detect every single change.

  python -m tests.mutation.code                                    every mutant (minutes)
  python -m tests.mutation.code --only 'lambdas.domain.mail.reminders.*'   those of these names
  python -m tests.mutation.code --report                           the result of the last run

mutmut (configured in pyproject.toml) creates and tests the mutants of lambdas/domain, the
activities, the order writer, the workflow and the janitor, in .local/mutation. A survivor shows
that a test is missing, or it is equivalent to the code and listed in
tests/mutation/code/equivalents.py with the reason. Exit status 1 if a survivor is not listed, if a
reason applies to no mutant, or if less than 95 % are detected.
"""

import argparse
import fnmatch
import os
import sys
from collections.abc import Sequence

from rich.console import Console

from tests.mutation.code.equivalents import EQUIVALENT, why_equivalent
from tests.mutation.code.running import MUTMUT, run
from tests.mutation.code.staging import FOLDER, stage
from tests.mutation.code.summing_up import ENOUGH, Summary, by_file, reasons
from tests.mutation.code.verdicts import Verdict, changed, verdicts

console = Console(stderr=True)


def main() -> int:
    """Test the selected mutants. Returns the exit status."""
    options = _options()
    if not options.report:
        stage()
    os.chdir(FOLDER)  # where mutmut reads and writes
    names = [options.only] if options.only else []
    if not options.report and not run(names, options.jobs, console):
        return 2
    found = [one for one in verdicts() if fnmatch.fnmatch(one.key, options.only or "*")]
    if not found:
        console.print("no mutant of this name was tested", markup=False)
        return 2
    return _report(found, complete=not options.only)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tests.mutation.code",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--only", metavar="PATTERN", help="mutmut's names, with * and ?")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes")
    parser.add_argument("--report", action="store_true", help="print the result of the last run")
    return parser.parse_args()


def _report(found: Sequence[Verdict], *, complete: bool) -> int:
    lines = {one.key: changed(one) for one in found if not one.noticed}
    equivalent = {key: why for key, line in lines.items() if (why := why_equivalent(line))}
    summary = Summary(found, equivalent)
    console.print(by_file(summary))
    if equivalent:
        console.print(reasons(summary))
    for one in summary.survivors:
        _print(f"{one.status}: {lines[one.key]}", f"    (cd {FOLDER}; {MUTMUT} show {one.key})")
    idle = sorted(set(EQUIVALENT.values()) - set(equivalent.values())) if complete else []
    for why in idle:
        _print(f"applies to no mutant: {why}")
    console.print(
        f"{summary.share:.2%} of {len(found)} mutants are detected, {ENOUGH:.0%} are required"
    )
    return 0 if summary.good and not idle else 1


def _print(*lines: str) -> None:
    console.print("\n".join(lines), markup=False, highlight=False, soft_wrap=True)


if __name__ == "__main__":
    sys.exit(main())
