"""Mutation testing of the code: a fast test must detect every single change.

  python -m tests.mutation.code                    every part, one after the other (hours)
  python -m tests.mutation.code api                a part; the names are in parts.py
  python -m tests.mutation.code domain --only 'lambdas.domain.signals.limits.*'
  python -m tests.mutation.code api --sample 300   an estimate: 300 mutants, drawn at random
  python -m tests.mutation.code --report           the results so far

mutmut creates the mutants of a part in .local/mutation/PART, and a fork of pytest tests each of
them. A run continues where an earlier one was ended, and tests again what no test detected; --fresh
starts over. A survivor shows that a test is missing, or it is equivalent to the code and listed in
tests/mutation/code/equivalents.py with the reason. Exit status 1 if a survivor is not listed, if a
reason applies to no mutant, or if less than 95 % of a part are detected.
"""

import argparse
import fnmatch
import os
from collections.abc import Mapping, Sequence

from rich.console import Console

from cli.terminal.streams import run_program
from tests.conftest import FIXED_SEED
from tests.mutation.code.equivalents import EQUIVALENT, why_equivalent
from tests.mutation.code.parts import PARTS
from tests.mutation.code.results import describe_change, read_results, reset_undetected
from tests.mutation.code.running import create_mutants, run
from tests.mutation.code.sampling import interval
from tests.mutation.code.staging import FOLDERS, stage
from tests.mutation.code.summary import (
    ENOUGH,
    Summary,
    table_by_file,
    table_by_part,
    table_of_reasons,
)

console = Console(stderr=True)


def main() -> int:
    """Test the mutants of the selected parts. Returns the exit status."""
    options = _options()
    summaries = {}
    for part in options.parts or PARTS:
        if not options.report and not _test(part, options):
            return 2
        summary = _summary(part, options)
        if summary.results:
            summaries[part] = summary
            _report(part, summary)
    if not summaries:
        _print("no mutant of this name was tested")
        return 2
    complete = options.only == "*" and not options.sample and set(summaries) == set(PARTS)
    unused = _unused_reasons(summaries) if complete else []
    for why in unused:
        _print(f"applies to no mutant: {why}")
    console.print(table_by_part(summaries))
    if options.sample:
        _print_confidence(summaries)
    _print(f"{ENOUGH:.0%} of each part are required")
    return 0 if all(one.passes for one in summaries.values()) and not unused else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tests.mutation.code",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}")
    parser.add_argument(
        "--only", metavar="PATTERN", default="*", help="mutmut's names, with * and ?"
    )
    parser.add_argument("--sample", type=int, metavar="N", help="N mutants of a part, at random")
    parser.add_argument("--seed", type=int, default=FIXED_SEED, help="of the sample")
    parser.add_argument("--jobs", type=int, default=1, help="processes (default: 1)")
    parser.add_argument("--fresh", action="store_true", help="discard the results of earlier runs")
    parser.add_argument("--report", action="store_true", help="print the results so far")
    options = parser.parse_args()
    unknown = sorted(set(options.parts) - set(PARTS))
    if unknown:
        parser.error(f"no part {', '.join(unknown)}; choose from {', '.join(PARTS)}")
    return options


def _test(name: str, options: argparse.Namespace) -> bool:
    folder = stage(name, PARTS[name], fresh=options.fresh)
    os.chdir(folder)  # where mutmut reads and writes
    create_mutants()
    reset_undetected()
    drawn = ["--sample", str(options.sample)] if options.sample else []
    selected = ["--mutants", options.only, "--seed", str(options.seed), *drawn]
    return run([*selected, "--jobs", str(options.jobs)], console)


def _summary(name: str, options: argparse.Namespace) -> Summary:
    folder = FOLDERS / name
    if not folder.is_dir():
        return Summary([], {}, {})
    os.chdir(folder)
    drawn = read_results(size=options.sample, seed=options.seed)
    found = [one for one in drawn if fnmatch.fnmatch(one.key, options.only)]
    lines = {one.key: describe_change(one) for one in found if not one.detected}
    equivalent = {key: why for key, line in lines.items() if (why := why_equivalent(line))}
    return Summary(found, equivalent, lines)


def _report(name: str, summary: Summary) -> None:
    console.print(table_by_file(name, summary))
    if summary.equivalent:
        console.print(table_of_reasons(summary))
    for survivor in summary.survivors:
        _print(
            f"{survivor.status}: {summary.lines[survivor.key]}",
            f"    (cd {FOLDERS / name}; mutmut show {survivor.key})",
        )


def _print_confidence(summaries: Mapping[str, Summary]) -> None:
    for part, summary in summaries.items():
        low, high = interval(summary.detected, len(summary.results))
        _print(f"{part}: of all mutants, {low:.1%} to {high:.1%} are detected (95 % confidence)")


def _unused_reasons(summaries: Mapping[str, Summary]) -> Sequence[str]:
    """The reasons that apply to no mutant."""
    used = {why for summary in summaries.values() for why in summary.equivalent.values()}
    return sorted(set(EQUIVALENT.values()) - used)


def _print(*lines: str) -> None:
    console.print("\n".join(lines), markup=False, highlight=False, soft_wrap=True)


if __name__ == "__main__":
    run_program(main)
