"""`python -m tests.drills`: list the drills, or run the named ones (or `all`)."""

import io
import sys
from collections.abc import Mapping, Sequence
from contextlib import redirect_stdout

from cli.terminal.streams import run_program
from tests.drills.registry import Drill, DrillFailed, drills, staging_template
from tests.support.telemetry import captured_log


def main(names: Sequence[str]) -> int:
    """Run the drills; returns the exit status."""
    known = drills()
    if not names or names[0] in ("-h", "--help"):
        _print_list(known)
        return 0
    if list(names) == ["all"]:
        names = list(known)
    unknown = [name for name in names if name not in known]
    if unknown:
        write(f"there is no drill {', '.join(unknown)}; `make drill` lists them")
        return 2
    failed = [name for name in names if not _run(known[name])]
    return 1 if failed else 0


def write(line: str) -> None:
    """Write a line to stdout."""
    sys.stdout.write(f"{line}\n")


def _run(drill: Drill) -> bool:
    write(f"{drill.name}: {drill.fault}")
    lines: list[str] = []
    failure = None
    try:
        with captured_log(), redirect_stdout(io.StringIO()):  # functions write metrics to stdout
            lines.extend(drill.run(staging_template))
    except DrillFailed as error:
        failure = f"FAILED: {error}"
    for line in [*lines, *filter(None, [failure])]:
        write(f"  {line}")
    return failure is None


def _print_list(known: Mapping[str, Drill]) -> None:
    width = max(map(len, known))
    for drill in known.values():
        write(f"{drill.name:<{width}}  {drill.fault}")
    write("\nRun one: make drill NAME=CompensationStuck; all: NAME=all")


if __name__ == "__main__":
    run_program(lambda: main(sys.argv[1:]))
