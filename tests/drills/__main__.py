"""`python -m tests.drills`: list the drills, or run the named ones (or `all` without emulator)."""

import sys
from collections.abc import Mapping, Sequence

from tests.drills.registry import Drill, DrillFailed, SynthesisedStack, drills
from tests.support.telemetry import captured_log


def main(names: Sequence[str]) -> int:
    """Run the drills; returns the exit status."""
    known = drills()
    if not names:
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
    try:
        with captured_log():
            for line in drill.run(stack):
                write(f"  {line}")
    except DrillFailed as error:
        write(f"  FAILED: {error}")
        return False
    return True


def _print_list(known: Mapping[str, Drill]) -> None:
    width = max(map(len, known))
    for drill in known.values():
        note = " (needs `python -m local up`)" if drill.emulator else ""
        write(f"{drill.name:<{width}}  {drill.fault}{note}")
    write("\nRun one: make drill NAME=CompensationStuck; all that need no emulator: NAME=all")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
