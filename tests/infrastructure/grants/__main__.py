"""`python -m tests.infrastructure.grants`: print the grants of each function and its calls."""

import io
import sys
from collections.abc import Iterator, Mapping
from contextlib import redirect_stdout
from pathlib import Path
from tempfile import TemporaryDirectory

from cli.terminal.streams import run_program
from tests.infrastructure.grants.calls import FUNCTIONS, granted, policy_of, record_calls
from tests.infrastructure.synthesis import synthesised
from tests.infrastructure.template import Statement, Template
from tests.support.definition import ROOT
from tests.support.telemetry import captured_log


def rows(template: Template, called: Mapping[str, set[Statement]]) -> Iterator[tuple[str, ...]]:
    """A function, its grants, those that its calls use, and those that Lambda uses for it."""
    yield "function", "granted", "called", "used by Lambda"
    for function in sorted(FUNCTIONS):
        every = granted(policy_of(template, function))
        used = every & called[function]
        yield function, str(len(every)), str(len(used)), str(len(every - used))


def main() -> int:
    """Print the table; returns the exit status."""
    # Functions write metrics to stdout.
    with TemporaryDirectory() as folder, captured_log(), redirect_stdout(io.StringIO()):
        found = list(rows(synthesised(Path(folder), ROOT), record_calls()))
    for function, *numbers in found:
        line = "".join(f"{number:>16}" for number in numbers)
        sys.stdout.write(f"{function:<28}{line}\n")
    return 0


if __name__ == "__main__":
    run_program(main)
