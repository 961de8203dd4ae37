"""The error names that a Retry or Catch entry matches."""

from local.emulator.fixes import is_on
from local.emulator.step_functions.engine import StepError

TIMEOUT = "States.Timeout"
HEARTBEAT_TIMEOUT = "States.HeartbeatTimeout"
_TERMINAL = frozenset({"States.Runtime", "States.DataLimitExceeded"})


def error_matches(names: list[str], error: str) -> bool:
    """Whether ``ErrorEquals: names`` applies to ``error``.

    AWS, Handling errors in Step Functions workflows (Error names): ``States.ALL`` matches neither
    States.Runtime nor States.DataLimitExceeded, which always fail the execution;
    ``States.TaskFailed`` matches all errors but a timeout; a missed heartbeat is both
    ``States.HeartbeatTimeout`` and ``States.Timeout``.
    """
    if error in _TERMINAL and is_on("strict-paths"):
        return False
    if "States.ALL" in names or error in names:
        return True
    if error == HEARTBEAT_TIMEOUT:
        return TIMEOUT in names
    return "States.TaskFailed" in names and error != TIMEOUT


def as_uncaught(failure: Exception) -> Exception:
    """The error of a state without a matching Catch.

    Histories recorded on AWS show an uncaught heartbeat timeout as States.Timeout.
    """
    if isinstance(failure, StepError) and failure.error == HEARTBEAT_TIMEOUT:
        renamed: Exception = StepError(TIMEOUT, "")
        return renamed
    return failure


def is_timeout(error: str) -> bool:
    """Whether a task ended by TimeoutSeconds or HeartbeatSeconds."""
    return error in (TIMEOUT, HEARTBEAT_TIMEOUT)
