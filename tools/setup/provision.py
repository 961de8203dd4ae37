"""Install the packages of the lock files unless they are installed; one set-up at a time."""

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
    """Set up the checkout of this file; prints nothing if it is up to date."""
    parser = argparse.ArgumentParser(prog="python3 -m tools.setup", description=__doc__)
    parser.add_argument(
        "--verbose", action="store_true", help="print a line if the checkout is up to date"
    )
    verbose = parser.parse_args(arguments).verbose
    for ending in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(ending, signal.default_int_handler)  # like Ctrl-C, which ends the child too
    return set_up(Checkout(Path(__file__).resolve().parents[2]), verbose=verbose)


def set_up(
    checkout: Checkout,
    *,
    verbose: bool = False,
    plan: Plan = phases_for,
    terminal: TextIO | None = None,
) -> int:
    """Install what the lock files name. Returns the exit status."""
    terminal = terminal or sys.stderr
    try:
        if not checkout.is_current():
            with _exclusive(checkout, terminal):
                _install(checkout, plan, terminal)
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


def _install(checkout: Checkout, plan: Plan, terminal: TextIO) -> None:
    if checkout.is_current():
        return  # another set-up installed it while this one waited
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
def _exclusive(checkout: Checkout, terminal: TextIO) -> Iterator[None]:
    """Hold the checkout's lock; the system releases it when this process ends, also if killed."""
    checkout.lock.parent.mkdir(parents=True, exist_ok=True)
    with checkout.lock.open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            terminal.write("another set-up of this checkout is running: waiting for it\n")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield
