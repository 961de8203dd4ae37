"""`reset`: restore the seed data of a running environment."""

import time
from typing import TYPE_CHECKING

import httpx

from local.deployment.clients import client
from local.deployment.seed import forget_orders, seed
from local.host.folders import Folders
from local.host.locking import exclusive_lock
from local.host.problems import LocalProblem
from local.host.progress import phase
from local.host.state import State
from local.lifecycle.running import require_running

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_stepfunctions import SFNClient

STOP_SECONDS = 30
SETTLE_SECONDS = 1.0


def reset(folders: Folders) -> State:
    """Stop executions; delete orders, payments, messages and e-mails; load the seed data.

    Raises LocalProblem when no environment is running or executions do not stop.
    """
    with exclusive_lock(folders.lock_file):
        state = require_running(folders)
        with phase("stopping executions and emptying tables"):
            _forget_orders(state)
        with phase("emptying queues and mailboxes, loading data"):
            _forget_faults_and_mail(state)
            _empty_queues(state)
            seed(state.tables_url, state.outputs)
        return state


def _forget_orders(state: State) -> None:
    """Delete the records first: activities and the janitor do nothing without an order. Then
    delete again, for records that were written in between.
    """
    forget_orders(state.tables_url, state.outputs)
    _stop_executions(state)
    time.sleep(SETTLE_SECONDS)
    _stop_executions(state)
    forget_orders(state.tables_url, state.outputs)


def running_executions(state: State) -> list[str]:
    """The ARNs of running executions."""
    engine: SFNClient = client("stepfunctions", state.emulator_url)
    pages = engine.get_paginator("list_executions").paginate(
        stateMachineArn=state.outputs["StateMachineArn"], statusFilter="RUNNING"
    )
    return [one["executionArn"] for page in pages for one in page["executions"]]


def _stop_executions(state: State) -> None:
    engine: SFNClient = client("stepfunctions", state.emulator_url)
    until = time.monotonic() + STOP_SECONDS
    while running := running_executions(state):
        if time.monotonic() > until:
            reason = f"{len(running)} executions do not stop"
            advice = "run `python -m local down`, then `up` again"
            raise LocalProblem("resetting", reason, advice=advice)
        for arn in running:
            engine.stop_execution(executionArn=arn, cause="local reset")


def _forget_faults_and_mail(state: State) -> None:
    for desk in ("faults", "mail"):
        url = f"{state.emulator_url}/_local/{desk}"
        httpx.delete(url, timeout=10, trust_env=False).raise_for_status()


def _empty_queues(state: State) -> None:
    queues: SQSClient = client("sqs", state.emulator_url)
    for url in queues.list_queues().get("QueueUrls", []):
        queues.purge_queue(QueueUrl=url)
