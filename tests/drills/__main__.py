"""`python -m tests.drills`: list the drills, or run the named ones (or `all` without emulator)."""

import io
import sys
from collections.abc import Mapping, Sequence
from contextlib import redirect_stdout

from cli.terminal.streams import run_program
from tests.drills.registry import Drill, DrillFailed, SynthesisedStack, drills
from tests.support.telemetry import captured_log


def main(names: Sequence[str]) -> int:
    """Run the drills; returns the exit status."""
    known = drills()
    if not names or names[0] in ("-h", "--help"):
        _print_list(known)
        return 0
    if list(names) == ["all"]:
        names = [name for name, drill in known.items() if not drill.emulator]
    unknown = [name for name in names if name not in known]
    if unknown:
        write(f"there is no drill {', '.join(unknown)}; `make drill` lists them")
        return 2
    stack = SynthesisedStack()
    failed = [name for name in names if not _run(known[name], stack)]
    return 1 if failed else 0


def write(line: str) -> None:
    """Write a line to stdout."""
    sys.stdout.write(f"{line}\n")


def _run(drill: Drill, stack: SynthesisedStack) -> bool:
    write(f"{drill.name}: {drill.fault}")
    lines: list[str] = []
    failure = None
    try:
        with captured_log(), redirect_stdout(io.StringIO()):  # functions write metrics to stdout
            lines.extend(drill.run(stack))
    except DrillFailed as error:
        failure = f"FAILED: {error}"
    for line in [*lines, *filter(None, [failure])]:
        write(f"  {line}")
    return failure is None


def _print_list(known: Mapping[str, Drill]) -> None:
    width = max(map(len, known))
    for drill in known.values():
        note = " (needs `python -m local up`)" if drill.emulator else ""
        write(f"{drill.name:<{width}}  {drill.fault}{note}")
    write("\nRun one: make drill NAME=CompensationStuck; all that need no emulator: NAME=all")


if __name__ == "__main__":
    run_program(lambda: main(sys.argv[1:]))
