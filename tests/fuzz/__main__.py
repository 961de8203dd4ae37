"""`python -m tests.fuzz`: a campaign on a separate environment, from one seed."""

import argparse
import os
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from cli.terminal.streams import run_program
from local.host.folders import Folders
from local.host.state import State
from local.lifecycle.running import require_running
from tests.fuzz.api_client import ApiClient
from tests.fuzz.campaign import Campaign, Plan
from tests.fuzz.canaries import planted, search_everywhere
from tests.fuzz.tally import Tally
from tests.system.environments import environment

UP = ("up", "--approval-timeout", "300", "--heartbeat", "60", "--detach")


def main() -> int:
    """Run the campaign; 0 if it found nothing."""
    options = _arguments()
    plan = Plan(
        examples=options.examples, walks=options.walks, seed=options.seed, only=options.only
    )
    _print(f"seed {plan.seed}")
    began = time.monotonic()
    with ExitStack() as stack:
        state = stack.enter_context(_environment(here=options.here))
        api = stack.enter_context(ApiClient(state.api_url))
        stack.callback(lambda: _show(api.tally, plan, time.monotonic() - began))
        canaries = stack.enter_context(planted(state, api))
        Campaign(state, plan, api, watcher=_Progress()).run()
        leaked = search_everywhere(canaries)
    for leak in leaked:
        _print(f"LEAK: {leak}")
    return 1 if api.tally.findings or leaked else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--examples", type=int, default=50, help="per route, caller and mode")
    parser.add_argument("--walks", type=int, default=100, help="random walks of orders")
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    parser.add_argument("--only", default="", metavar="TEXT", help="routes with this in their name")
    parser.add_argument(
        "--here", action="store_true", help="use the environment that runs in this checkout"
    )
    return parser.parse_args()


@contextmanager
def _environment(*, here: bool) -> Iterator[State]:
    """A new environment, or the running one."""
    if here:
        yield require_running(Folders.default())
        return
    with tempfile.TemporaryDirectory(prefix="order-fuzz-") as home:
        made = environment(Path(home))
        _print("starting an environment (about a minute)")
        up = made.run(*UP)
        if up.returncode != 0:
            sys.exit(up.stderr)
        try:
            yield made.state
        finally:
            made.run("down")


class _Progress:
    """One line that changes on a terminal; elsewhere one line for each new kind of request."""

    def __init__(self) -> None:
        self._doing = ""
        self._live = sys.stdout.isatty()

    def __call__(self, doing: str, requests: int) -> None:
        if self._live:
            width = os.get_terminal_size().columns - 1
            _print(f"\r{f'{requests:>7} requests, {doing}'[:width]:<{width}}", end="")
            return
        what = doing.partition(" by ")[0].partition(" of ")[0]
        if what != self._doing and not what.startswith("walk "):
            _print(f"{requests:>7} requests, {what}")
        self._doing = what


def _show(tally: Tally, plan: Plan, seconds: float) -> None:
    """Counts of every route and caller, findings, and how to see them again."""
    _print("\n")
    for label, caller, counts in tally.statuses():
        summary = "  ".join(f"{status}×{count}" for status, count in counts.items())
        _print(f"{label:<50} {caller:<15} {summary}")
    _print(f"\n{tally.requests} requests in {seconds:.0f} s, seed {plan.seed}")
    _print(f"{len(tally.findings)} findings\n{tally.report()}")
    again = f"--seed {plan.seed} --examples {plan.examples} --walks {plan.walks}"
    _print(f"replay: python -m tests.fuzz {again}   (--only TEXT narrows it to routes)")


def _print(text: str, end: str = "\n") -> None:
    sys.stdout.write(text + end)
    sys.stdout.flush()


if __name__ == "__main__":
    run_program(main)
