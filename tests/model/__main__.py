"""Explore the model of the protocol: everything within bounds, or one mutant to its death.

Without arguments: what `make prove` explores, and every mutant. Exits with 1 when the protocol
breaks an invariant or a mutant survives.
"""

import argparse
import sys
from collections.abc import Sequence

from tests.model.explorer import explore
from tests.model.report import mutant_line, summary_line, trace_text
from tests.model.rules import BOUNDED, FULL, MUTANTS, Bounds


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit status."""
    chosen = _parser().parse_args(arguments)
    if chosen.trace:
        return _trace(chosen.trace)
    if chosen.bounds:
        return _protocol([Bounds(*chosen.bounds)])
    if chosen.full:
        return _protocol(FULL)
    return max(_protocol(BOUNDED), *(_mutant(name) for name in MUTANTS))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tests.model",
        description=__doc__,
        epilog="Mutants: " + "; ".join(f"{name}: {m.story}" for name, m in MUTANTS.items()),
    )
    which = parser.add_mutually_exclusive_group()
    which.add_argument(
        "--full",
        action="store_true",
        help=f"explore {' and '.join(f'{b.signals} signals, {b.faults} fault(s)' for b in FULL)}"
        " (a minute of processor time)",
    )
    which.add_argument(
        "--bounds",
        nargs=2,
        type=int,
        metavar=("SIGNALS", "FAULTS"),
        help="explore with other bounds",
    )
    which.add_argument(
        "--trace",
        choices=MUTANTS,
        metavar="MUTANT",
        help="print the shortest trace in which a mutant of the protocol fails",
    )
    return parser


def _protocol(many: Sequence[Bounds]) -> int:
    status = 0
    for bounds in many:
        found = explore(bounds)
        _say(summary_line(found, bounds))
        if found.violation is not None:
            _say(trace_text(found.violation))
            status = 1
    return status


def _mutant(name: str) -> int:
    found = explore(MUTANTS[name].bounds, MUTANTS[name].rules)
    _say(mutant_line(name, MUTANTS[name], found))
    return int(found.violation is None)


def _trace(name: str) -> int:
    found = explore(MUTANTS[name].bounds, MUTANTS[name].rules)
    _say(mutant_line(name, MUTANTS[name], found))
    if found.violation is not None:
        _say(trace_text(found.violation))
    return int(found.violation is None)


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
