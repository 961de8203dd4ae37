"""`python -m tests.chaos`: kill processes while orders run, and check that no order is lost."""

import argparse
import json
import random
import sys
import tempfile
import time
from pathlib import Path

from rich.console import Console

from cli.terminal.streams import run_program
from tests.chaos.campaign import Campaign, Plan
from tests.chaos.campaign_result import CampaignResult
from tests.chaos.environment import durable_deployment
from tests.chaos.report import as_json, show
from tests.dynamodb_local.server import why_not

_EPILOG = """\
What is killed, each time with SIGKILL, which nothing can catch:
  workers   the processes that run the Lambda functions: the first during a payment, the others
            at random moments of their work
  emulator  the whole engine, with orders in every stage: all executions are lost; a new emulator
            gets the same deployment, and the janitor continues every order
  tables    DynamoDB Local, which keeps the tables on disk, so they survive the emulator

Meanwhile customers and approvers use the HTTP API and repeat requests without a response, with the
same idempotency key. In the end every acknowledged order must exist and have ended, every accepted
signal must have one outcome, and stock and money must be consistent.

  python -m tests.chaos                          the whole run, about ten minutes
  python -m tests.chaos --reconcile-now          the same, without waiting for the janitor's dates
  python -m tests.chaos --kills 50 --emulator-kills 0 --table-kills 0      workers only
  python -m tests.chaos --seed 7                 replay: the same orders, choices and pauses; the
                                                 machine's own timing differs from run to run
Exit status: 0 passed, 1 an order was lost or an invariant broken, 2 it cannot run here.
"""


def main() -> int:
    """Run the campaign. Returns the exit status."""
    options = _arguments()
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    reason = why_not()
    if reason:
        console.print(f"DynamoDB Local cannot run: {reason}")
        return 2
    plan = Plan(
        seed=options.seed,
        orders=options.orders,
        worker_kills=options.kills,
        emulator_kills=options.emulator_kills,
        table_kills=options.table_kills,
        reconcile_now=options.reconcile_now,
    )
    console.print(f"seed {plan.seed}")
    began = time.monotonic()
    campaign, result = _run(plan, console)
    seconds = time.monotonic() - began
    show(console, campaign, result, seconds)
    if options.json:
        sys.stdout.write(json.dumps(as_json(campaign, result, seconds), indent=2) + "\n")
    return 0 if result.passed else 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tests.chaos",
        description=__doc__,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--seed", type=int, default=random.randrange(10**6), help="of random choices"
    )
    parser.add_argument(
        "--orders",
        type=_count,
        default=Plan.orders,
        help="at least (%(default)s), in addition to the held ones",
    )
    parser.add_argument(
        "--kills", type=_count, default=Plan.worker_kills, help="of workers (%(default)s)"
    )
    parser.add_argument("--emulator-kills", type=_count, default=Plan.emulator_kills, metavar="N")
    parser.add_argument("--table-kills", type=_count, default=Plan.table_kills, metavar="N")
    parser.add_argument(
        "--reconcile-now", action="store_true", help="do not wait for the dates of the janitor"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object at the end")
    return parser.parse_args()


def _count(text: str) -> int:
    number = int(text)
    if number < 0:
        raise argparse.ArgumentTypeError("must not be negative")
    return number


def _run(plan: Plan, console: Console) -> tuple[Campaign, CampaignResult]:
    with (
        tempfile.TemporaryDirectory(prefix="order-chaos-") as folder,
        console.status("starting an environment (about a minute)") as status,
        durable_deployment(Path(folder)) as deployment,
    ):

        def watch(doing: str) -> None:
            status.update(doing)
            if not console.is_terminal and not doing.startswith("waiting"):
                console.print(f"… {doing}")

        campaign = Campaign(deployment, plan, watcher=watch)
        return campaign, campaign.run()


if __name__ == "__main__":
    run_program(main)
