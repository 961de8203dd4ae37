"""Decides whether there is anything to do, alone in the checkout, and does it."""

import argparse
import fcntl
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from tools.setup.checkout import Checkout
from tools.setup.phases import Phase, environment_for, phases_for
from tools.setup.progress import PhaseFailed, run_phases

Plan = Callable[[Checkout], Sequence[Phase]]


def main(arguments: Sequence[str]) -> int:
    """Set the checkout up that this file is in; quiet when there is nothing to do."""
    parser = argparse.ArgumentParser(prog="python3 -m tools.setup", description=__doc__)
    parser.add_argument("--verbose", action="store_true", help="say so when all is up to date")
    verbose = parser.parse_args(arguments).verbose
    for ending in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(ending, signal.default_int_handler)  # as Ctrl-C: ends the child too
    return set_up(Checkout(Path(__file__).resolve().parents[2]), verbose=verbose)


def set_up(
    checkout: Checkout,
    *,
    verbose: bool = False,
    plan: Plan = phases_for,
    terminal: TextIO | None = None,
) -> int:
    """Bring the checkout up to its lock files. Returns the exit status."""
    terminal = terminal or sys.stderr
    try:
        if not checkout.is_current():
            with _alone(checkout, terminal):
                _provision(checkout, plan, terminal)
        elif verbose:
            terminal.write("set-up: up to date\n")
    except PhaseFailed as failure:
        terminal.write(str(failure))
        return 1
    except KeyboardInterrupt:
        terminal.write(
            "\nSet-up was interrupted. Run the same command again: it starts from the beginning.\n"
        )
        return 130
    return 0


def _provision(checkout: Checkout, plan: Plan, terminal: TextIO) -> None:
    if checkout.is_current():
        return  # another set-up did it while this one waited
    phases = plan(checkout)
    checkout.begin()
    run_phases(
        phases,
        log=checkout.log,
        environment=environment_for(checkout, os.environ),
        working_directory=checkout.root,
        terminal=terminal,
    )
    checkout.finish()


@contextmanager
def _alone(checkout: Checkout, terminal: TextIO) -> Iterator[None]:
    """Hold the checkout's lock; the system frees it when this process ends, however it ends."""
    checkout.lock.parent.mkdir(parents=True, exist_ok=True)
    with checkout.lock.open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            terminal.write("another set-up of this checkout is running: waiting for it\n")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield
