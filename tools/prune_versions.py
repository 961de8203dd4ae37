"""Delete unused versions of the state machine and of its functions: `make prune`.

A version is used if an alias routes to it, a running execution started from it, or it is among the
newest, for a rollback. A function version is used if a used definition names it. Step Functions
keeps at most 1,000 versions of a state machine; Lambda keeps all, up to 75 GB of code.
"""

import argparse
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from cli.terminal.streams import run_program
from tools.aws.account import Account, AccountProblem, caller_session

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_stepfunctions import SFNClient

KEEP = 5
_FUNCTION_VERSION = re.compile(r"(arn:[\w-]+:lambda:[\w-]+:\d{12}:function:[\w-]+):(\d+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Versions:
    """ARNs of the used and the unused versions of a state machine, newest first."""

    used: list[str]
    unused: list[str]


def sort_machine_versions(states: "SFNClient", machine: str, *, keep: int) -> Versions:
    """Used and unused versions of the state machine. The newest `keep` are always used: one of
    them may belong to a deployment in progress.
    """
    versions = list(_machine_versions(states, machine))
    used = {
        *versions[:keep],
        *_routed_versions(states, machine),
        *_running_versions(states, machine),
    }
    return Versions(
        used=[version for version in versions if version in used],
        unused=[version for version in versions if version not in used],
    )


def find_unused_function_versions(
    states: "SFNClient", functions: "LambdaClient", machine: str, used: Sequence[str]
) -> list[str]:
    """ARNs of function versions that no used definition names, and that are older than the newest
    named one. Newer ones may belong to a deployment in progress.
    """
    named: dict[str, set[int]] = {}
    for arn in (machine, *used):
        definition = states.describe_state_machine(stateMachineArn=arn)["definition"]
        for function, version in _FUNCTION_VERSION.findall(definition):
            named.setdefault(function, set()).add(int(version))
    return [
        f"{function}:{version}"
        for function, kept in named.items()
        for version in _function_versions(functions, function)
        if version < max(kept) and version not in kept
    ]


def prune(
    states: "SFNClient", functions: "LambdaClient", machine: str, *, keep: int, delete: bool
) -> None:
    """Print the unused versions and, with `delete`, delete them."""
    versions = sort_machine_versions(states, machine, keep=keep)
    old = find_unused_function_versions(states, functions, machine, versions.used)
    for arn in (*versions.unused, *old):
        print(arn)
    if delete:
        # State machine versions first: a failure then leaves no definition without its functions.
        for arn in versions.unused:
            states.delete_state_machine_version(stateMachineVersionArn=arn)
        for arn in old:
            name, version = arn.split(":")[-2:]
            functions.delete_function(FunctionName=name, Qualifier=version)
    print(
        f"{len(versions.unused)} of {len(versions.unused) + len(versions.used)} state machine "
        f"versions and {len(old)} function versions "
        + ("deleted" if delete else "are unused; --delete deletes them")
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tools.prune_versions", description=__doc__)
    parser.add_argument("stack", help="name of the stack, e.g. OrderWorkflow-staging")
    parser.add_argument(
        "--keep", type=int, default=KEEP, help="newest versions to keep (%(default)s)"
    )
    parser.add_argument("--delete", action="store_true", help="delete instead of listing")
    options = parser.parse_args(arguments)
    if options.keep < 1:
        parser.error("--keep must be at least 1: the newest version is being released")
    try:
        outputs = Account.of_caller().require_outputs(options.stack, "StateMachineArn")
        machine = outputs["StateMachineArn"]
        session = caller_session()
        states, functions = session.client("stepfunctions"), session.client("lambda")
        prune(states, functions, machine, keep=options.keep, delete=options.delete)
    except (AccountProblem, BotoCoreError, ClientError) as error:
        print(f"versions could not be pruned: {error}", file=sys.stderr)
        return 1
    return 0


def _machine_versions(states: "SFNClient", machine: str) -> Iterator[str]:
    """All versions, newest first, as the service lists them."""
    token: dict[str, str] = {}
    while True:
        page = states.list_state_machine_versions(stateMachineArn=machine, **token)  # type: ignore[arg-type]
        yield from (version["stateMachineVersionArn"] for version in page["stateMachineVersions"])
        if not page.get("nextToken"):
            return
        token = {"nextToken": page["nextToken"]}


def _routed_versions(states: "SFNClient", machine: str) -> Iterator[str]:
    """Versions that an alias routes to. A state machine has at most 100 aliases: one page."""
    page = states.list_state_machine_aliases(stateMachineArn=machine, maxResults=100)
    for alias in page["stateMachineAliases"]:
        arn = alias["stateMachineAliasArn"]
        found = states.describe_state_machine_alias(stateMachineAliasArn=arn)
        yield from (one["stateMachineVersionArn"] for one in found["routingConfiguration"])


def _running_versions(states: "SFNClient", machine: str) -> Iterator[str]:
    pages = states.get_paginator("list_executions").paginate(
        stateMachineArn=machine, statusFilter="RUNNING"
    )
    for page in pages:
        for execution in page["executions"]:
            if "stateMachineVersionArn" in execution:
                yield execution["stateMachineVersionArn"]


def _function_versions(functions: "LambdaClient", function: str) -> list[int]:
    name = function.rpartition(":")[2]
    pages = functions.get_paginator("list_versions_by_function").paginate(FunctionName=name)
    found = (one["Version"] for page in pages for one in page["Versions"])
    return [int(version) for version in found if version != "$LATEST"]


if __name__ == "__main__":
    run_program(main)
