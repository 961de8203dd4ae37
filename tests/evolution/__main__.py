"""Print what the current definition and activities would break: `python -m tests.evolution`."""

import sys

from cli.terminal.streams import run_program
from tests.evolution.compatibility import find_incompatibilities
from tests.evolution.recorded import recorded_executions


def main() -> int:
    """The command line; returns the exit status."""
    findings = find_incompatibilities()
    releases = sorted({recorded.release for recorded in recorded_executions()})
    lines = [f"replayed the executions of {', '.join(releases)}: {len(findings)} findings"]
    lines += [f"  {finding}" for finding in findings]
    if findings:
        lines.append(
            "do not deploy: guard the change with a new workflow version (docs/evolution.md), or "
            "give the reason why it breaks no order in tests/evolution/compatibility.py"
        )
    sys.stdout.write("\n".join([*lines, ""]))
    return 1 if findings else 0


if __name__ == "__main__":
    run_program(main)
