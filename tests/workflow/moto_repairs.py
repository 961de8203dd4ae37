"""What moto 5.2.5's interpreter needs to keep AWS's rules, to run on virtual time, and to be fast.

Each entry names a private part of moto; another version fails here, loudly, when a name is gone.
"""

import logging
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import lru_cache
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import botocore.endpoint
from moto.stepfunctions.parser.api import ExecutionStatus
from moto.stepfunctions.parser.asl.component import eval_component
from moto.stepfunctions.parser.asl.component.common.error_name.error_name import ErrorName
from moto.stepfunctions.parser.asl.component.common.retry import retrier_decl
from moto.stepfunctions.parser.asl.component.state.exec import execute_state
from moto.stepfunctions.parser.asl.component.state.exec.state_parallel import branches_decl
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service import (
    state_task_service_callback as callback,
)
from moto.stepfunctions.parser.asl.component.state.wait.wait_function import wait_function
from moto.stepfunctions.parser.asl.eval.callback.callback import CallbackOutcomeTimedOut
from moto.stepfunctions.parser.asl.parse import asl_parser
from moto.stepfunctions.parser.backend import execution

from tests.workflow.virtual_time import VirtualClock, VirtualEvent

_parse = lru_cache(asl_parser.AmazonStateLanguageParser.parse)


@contextmanager
def repaired(clock: VirtualClock) -> Iterator[None]:
    """Run moto on `clock` while inside."""
    sleeping = SimpleNamespace(sleep=clock.sleep)
    with ExitStack() as patches:
        for target, name, replacement in (
            # Retries, Wait states, TimeoutSeconds: virtual seconds instead of real ones.
            (retrier_decl, "time", sleeping),
            (wait_function.WaitFunction, "_wait_interval", _wait_interval(clock)),
            (execute_state, "threading", SimpleNamespace(Event=lambda: VirtualEvent(clock))),
            (callback.StateTaskServiceCallback, "_eval_wait_for_task_token", _token(clock)),
            # moto refuses a branch that failed with an error of the service (States.Timeout).
            (branches_decl, "CustomErrorName", ErrorName),
            # moto ends a stopped wait as FAILED (States.Runtime).
            (execution.Execution, "stop", _stop),
            (execution.BaseExecutionWorkerCommunication, "terminated", _terminated),
            # The SDK's own pauses between the attempts of one call.
            (botocore.endpoint, "time", sleeping),
            # Speed only: parse the definition once.
            (asl_parser.AmazonStateLanguageParser, "parse", staticmethod(_parse)),
            # moto logs its whole syntax tree with every caught error.
            (logging.getLogger("moto.stepfunctions"), "disabled", True),
            (eval_component.LOG, "disabled", True),
        ):
            patches.enter_context(patch.object(target, name, replacement))
        yield


_stop_execution = execution.Execution.stop
_reflect = execution.BaseExecutionWorkerCommunication.terminated


def _stop(self: Any, *arguments: Any, **named: Any) -> None:
    self.stopped_by_api = True
    _stop_execution(self, *arguments, **named)


def _terminated(self: Any) -> None:
    _reflect(self)
    if getattr(self.execution, "stopped_by_api", False):
        self.execution.exec_status = ExecutionStatus.ABORTED


def _wait_interval(clock: VirtualClock) -> Any:
    def wait_interval(self: object, env: Any, wait_seconds: float) -> None:
        clock.sleep(wait_seconds)

    return wait_interval


def _token(clock: VirtualClock) -> Any:
    """The wait for a task token.

    moto loses a SendTaskSuccess that arrives before the task was submitted (AWS keeps it), and
    sleeps on when the execution is stopped or the task has timed out.
    """

    def wait(
        self: object,
        env: Any,
        timeout_seconds: float,
        callback_endpoint: Any,
        heartbeat_endpoint: Any,
    ) -> Any:
        beat, tick = heartbeat_endpoint._next_heartbeat_event, heartbeat_endpoint._heartbeat_seconds
        until = clock.now() + timeout_seconds * 1000
        while (outcome := callback_endpoint.get_outcome()) is None and env.is_running():
            left = (until - clock.now()) / 1000
            in_time = clock.wait(beat, min(tick, left), alive=env.is_running, for_token=True)
            if not in_time:
                break
            beat.clear()
        if outcome is not None:
            return outcome
        return CallbackOutcomeTimedOut(callback_endpoint.callback_id)

    return wait
