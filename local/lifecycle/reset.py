"""`reset`: restore the seed data of a running environment."""

import time
from contextlib import suppress
from typing import TYPE_CHECKING

import httpx

from local.data.seed import delete_orders, seed
from local.host.aws_clients import client
from local.host.folders import Folders
from local.host.locking import exclusive_lock
from local.host.problems import LocalProblem
from local.host.progress import phase
from local.host.state import State
from local.host.waiting import STALL_SECONDS, Stalled, wait_until
from local.lifecycle.running import require_running
from local.localstripe.books import delete_payments
from local.services.examples import reset_services

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_stepfunctions import SFNClient

SETTLE_SECONDS = 1.0


def reset(folders: Folders) -> State:
    """Stop executions; delete orders, payments, messages and e-mails; load the seed data.

    Raises LocalProblem when no environment is running or executions do not stop.
    """
    with exclusive_lock(folders.lock_file):
        state = require_running(folders)
        with phase("stopping executions and emptying tables"):
            _delete_orders(folders, state)
        with phase("emptying queues and mailboxes, loading data"):
            _delete_faults_and_mails(state)
            _empty_queues(state)
            seed(state.tables_url, state.outputs)
            reset_services(folders, state)
            if state.payments == "stripe":
                delete_payments(state.stripe_url)
        return state


def _delete_orders(folders: Folders, state: State) -> None:
    """Delete the records first: activities and the janitor do nothing without an order. Then
    delete again, for records that were written in between.
    """
    delete_orders(state.tables_url, state.outputs)
    stop_executions(folders, state)
    time.sleep(SETTLE_SECONDS)
    stop_executions(folders, state)
    delete_orders(state.tables_url, state.outputs)


def running_executions(state: State) -> list[str]:
    """The ARNs of running executions."""
    engine: SFNClient = client("stepfunctions", state.emulator_url)
    pages = engine.get_paginator("list_executions").paginate(
        stateMachineArn=state.outputs["StateMachineArn"], statusFilter="RUNNING"
    )
    return [execution["executionArn"] for page in pages for execution in page["executions"]]


def stop_executions(folders: Folders, state: State) -> None:
    """Stop all running executions, and those that start meanwhile.

    Raises LocalProblem when the number of running executions stops falling.
    """
    engine: SFNClient = client("stepfunctions", state.emulator_url)
    running: list[str] = []

    def all_stopped() -> bool:
        running[:] = running_executions(state)
        for arn in running:
            with suppress(engine.exceptions.ValidationException):  # it ended after it was listed
                engine.stop_execution(executionArn=arn, cause="local reset")
        return not running

    try:
        wait_until(all_stopped, lambda: f"{len(running)} running executions")
    except Stalled as stalled:
        advice = "run `python -m local down`, then `up` again"
        log = folders.log("emulator")
        raise LocalProblem("stopping executions", str(stalled), log=log, advice=advice) from stalled


def _delete_faults_and_mails(state: State) -> None:
    for kind in ("faults", "mail"):
        url = f"{state.emulator_url}/_local/{kind}"
        httpx.delete(url, timeout=STALL_SECONDS, trust_env=False).raise_for_status()


def _empty_queues(state: State) -> None:
    queues: SQSClient = client("sqs", state.emulator_url)
    for url in queues.list_queues().get("QueueUrls", []):
        queues.purge_queue(QueueUrl=url)
