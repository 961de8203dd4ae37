"""Change the rules' code in one place, everywhere; some fast test must notice.

  python -m tests.mutation.code                                    every mutant (minutes)
  python -m tests.mutation.code --only 'lambdas.domain.asking.*'   those of these names
  python -m tests.mutation.code --report                           what the last hunt found

The mutants of lambdas/domain, the workflow and the janitor are made and tried by mutmut
(configured in pyproject.toml), in mutants/. A survivor is a hole in the tests, or behaves as the
code does: then it stands in tests/mutation/code/equivalents.py with the reason. Exit status 1 if
one stands nowhere, if a reason explains nothing any more, or if fewer than 95 % are noticed.
"""

import argparse
import fnmatch
import os
import shutil
import sys
from collections.abc import Sequence

from rich.console import Console

from tests.mutation.code.equivalents import EQUIVALENT, why_equivalent
from tests.mutation.code.running import run
from tests.mutation.code.summing_up import ENOUGH, Summary, by_file, reasons
from tests.mutation.code.verdicts import FOLDER, Verdict, changed, verdicts

console = Console(stderr=True)


def main() -> int:
    """Hunt what the command line asks for; the exit status tells whether the tests are good."""
    options = _options()
    if not options.report:
        shutil.rmtree(FOLDER, ignore_errors=True)
        if not run([options.only] if options.only else [], options.jobs, console):
            return 2
    found = [one for one in verdicts() if fnmatch.fnmatch(one.key, options.only or "*")]
    if not found:
        console.print("no mutant of this name was tried", markup=False)
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
    parser.add_argument("--report", action="store_true", help="try nothing, tell the last hunt")
    return parser.parse_args()


def _report(found: Sequence[Verdict], *, complete: bool) -> int:
    lines = {one.key: changed(one) for one in found if not one.noticed}
    equivalent = {key: why for key, line in lines.items() if (why := why_equivalent(line))}
    summary = Summary(found, equivalent)
    console.print(by_file(summary))
    if equivalent:
        console.print(reasons(summary))
    for one in summary.survivors:
        _tell(f"{one.status}: {lines[one.key]}", f"    .venv/bin/mutmut show {one.key}")
    idle = sorted(set(EQUIVALENT.values()) - set(equivalent.values())) if complete else []
    for why in idle:
        _tell(f"explains nothing any more: {why}")
    console.print(
        f"{summary.share:.2%} of {len(found)} mutants are noticed, {ENOUGH:.0%} have to be"
    )
    return 0 if summary.good and not idle else 1


def _tell(*lines: str) -> None:
    console.print("\n".join(lines), markup=False, highlight=False, soft_wrap=True)


if __name__ == "__main__":
    sys.exit(main())
