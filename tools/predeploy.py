"""Report whether open orders allow a release, the first half of `make predeploy`.

It prints the open orders of a deployed stack by workflow version and stage (drain report). It
refuses the release, with exit status 1, while open orders have a version that the table of
`lambdas/domain/workflow_versions.py` removes or does not have.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from cli.terminal.streams import run_program
from lambdas.adapters.orders.dynamodb_index import DynamoDBOrderIndex
from lambdas.domain.workflow_versions import WORKFLOW_VERSIONS, VersionTable
from local.host.aws_clients import REGION, client
from local.host.folders import Folders
from local.host.problems import LocalProblem
from local.lifecycle.running import require_running
from tools.aws.account import Account, AccountProblem

if TYPE_CHECKING:
    from lambdas.domain.order_lists import OpenVersions

COUNTED_AT_MOST = 5_000
"""Open orders of a stage that are counted, in each of its partitions, the oldest first."""
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def check_drained(account: Account, stack: str, table: VersionTable | None = None) -> None:
    """Print the drain report of a stack. Raises AccountProblem if the table of versions cannot be
    released while its orders are open.
    """
    table = table or WORKFLOW_VERSIONS
    outputs = account.outputs(stack)
    dynamodb = account.sessions.client("dynamodb")
    index = DynamoDBOrderIndex(dynamodb, orders_table=outputs["OrdersTable"])
    found = index.open_versions(at_most=COUNTED_AT_MOST)
    print("\n".join(drain_report(found, table)))
    if problems := list(find_obstacles(found, table)):
        raise AccountProblem("\n".join(problems))


def drain_report(found: "OpenVersions", table: VersionTable) -> Iterator[str]:
    """One line for each version and stage, and the oldest order of each version."""
    statuses = {row.name: str(row.status) for row in table.rows}
    for version in sorted({*statuses, *found.orders}):
        status, orders = statuses.get(version, "unknown"), found.orders.get(version)
        if orders is None:
            yield f"{version} ({status}): no open orders"
            continue
        total, at = sum(orders.stages.values()), _placed_at(orders.oldest)
        yield f"{version} ({status}): {total} open orders, the oldest {orders.oldest} of {at}"
        for stage, count in sorted(orders.stages.items()):
            yield f"  {stage}: {count}"
    if not found.complete:
        yield "there are more open orders: the counts are minimums"


def find_obstacles(found: "OpenVersions", table: VersionTable) -> Iterator[str]:
    """Why the table cannot be released now, each with what to do."""
    for version, orders in sorted(found.orders.items()):
        if version not in table.startable:
            total, stages = sum(orders.stages.values()), ", ".join(sorted(orders.stages))
            yield (
                f"{total} open orders run version {version}, which this release does not have "
                f"(at {stages}): deploy it as deprecated, wait until they end or cancel them with "
                f"`orders batch cancel --filter version={version} -r REASON`, then remove it"
            )
    if table.removed and not found.complete:
        yield (
            f"not all open orders were counted, so orders of {', '.join(table.removed)} may be "
            "open: run it again when fewer orders are open"
        )


def _placed_at(order_id: str) -> str:
    """When an order was placed: the first ten characters of a ULID encode the millisecond."""
    milliseconds = 0
    for letter in order_id[:10]:
        milliseconds = milliseconds * 32 + _ALPHABET.index(letter)
    return f"{datetime.fromtimestamp(milliseconds / 1000, UTC):%Y-%m-%d %H:%M} UTC"


class _Emulator:
    """Clients of the running local environment, in place of a boto3 session."""

    region_name: str | None = REGION

    def client(self, service: str) -> object:
        state = require_running(Folders.default())
        return client(service, state.tables_url if service == "dynamodb" else state.emulator_url)


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tools.predeploy", description=__doc__)
    parser.add_argument("stack", help="name of the stack, e.g. OrderWorkflow-staging")
    parser.add_argument("--emulator", action="store_true", help="in the local environment")
    options = parser.parse_args(arguments)
    account = Account(_Emulator()) if options.emulator else Account.of_caller()
    try:
        if not options.emulator:
            account.identify()
        check_drained(account, options.stack)
    except LocalProblem as problem:
        print(f"do not deploy: {problem}: {problem.advice}", file=sys.stderr)
        return 1
    except (AccountProblem, BotoCoreError, ClientError) as error:
        print(f"do not deploy: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    run_program(main)
