"""The wait of a task for its token, when the execution stops meanwhile."""

import contextvars
from collections.abc import Callable

import pytest

from local.emulator.step_functions import scope
from local.emulator.step_functions.tasks import tokens
from local.emulator.step_functions.tasks.callback import Callback
from local.emulator.step_functions.tasks.limits import Limits


def send_result(token: str) -> tuple[int, bytes]:
    """Status and body of the answer to SendTaskSuccess."""
    status, _, body = tokens.send_task_success({"taskToken": token, "output": "{}"})
    return status, body


def wait_until_stopped(act: Callable[[scope.Scope, str], None]) -> None:
    """Wait for a token in an execution. ``act`` runs while the thread of the wait is busy, and
    stops the scope of the execution.
    """
    token, waiting = tokens.issue()
    execution = scope.Scope()

    def run() -> None:
        scope.enter(execution)
        callback = Callback(token, waiting, Limits(timeout=None, heartbeat=None))
        with pytest.raises(scope.Stopped):
            callback.run(lambda: None, lambda _response: act(execution, token))

    contextvars.copy_context().run(run)


def test_a_token_is_invalid_as_soon_as_the_execution_stopped() -> None:
    def stop_then_send(execution: scope.Scope, token: str) -> None:
        execution.stop()
        answers.append(send_result(token))

    answers: list[tuple[int, bytes]] = []
    wait_until_stopped(stop_then_send)
    [(status, body)] = answers
    assert status == 400
    assert b"TaskTimedOut" in body


def test_a_result_that_arrived_before_the_stop_does_not_continue_the_execution() -> None:
    def send_then_stop(execution: scope.Scope, token: str) -> None:
        answers.append(send_result(token))
        execution.stop()

    answers: list[tuple[int, bytes]] = []
    wait_until_stopped(send_then_stop)
    assert answers[0][0] == 200
