"""Retry and Catch: the number of attempts and the pauses between them."""

import random
from collections.abc import Callable
from typing import Any

from local.emulator.fixes import is_on
from local.emulator.step_functions import scope
from local.emulator.step_functions.engine import StepError, engine
from local.emulator.step_functions.states import error_names

_STOCK_LIMIT_SECONDS = 60


class Retries:
    """The Retry list of one state, with the number of retries of each entry."""

    def __init__(self, retriers: list[dict[str, Any]]) -> None:
        self._retriers = retriers
        self._used: dict[int, int] = {}

    @property
    def count(self) -> int:
        """Retries made so far (``$$.State.RetryCount``)."""
        return sum(self._used.values())

    def wait(self, error: str) -> bool:
        """Sleep before the next attempt. False if the error is not retried (again)."""
        retrier, index = engine._find_matching_retrier(self._retriers, error, self._used)
        if retrier is None:
            return False
        used = self._used.get(index, 0)
        self._used[index] = used + 1
        scope.scaled_sleep(delay(retrier, used))
        return True


def delay(retrier: dict[str, Any], used: int) -> float:
    """Seconds before retry number ``used + 1``.

    AWS, Handling errors in Step Functions workflows (Retrying after an error): IntervalSeconds ×
    BackoffRate^n, at most MaxDelaySeconds; with JitterStrategy FULL a random share of that.
    """
    seconds = float(retrier.get("IntervalSeconds", 1) * retrier.get("BackoffRate", 2.0) ** used)
    if not is_on("retry-delays"):
        return min(seconds, _STOCK_LIMIT_SECONDS)
    seconds = min(seconds, retrier.get("MaxDelaySeconds", seconds))
    if retrier.get("JitterStrategy") == "FULL":
        seconds = random.uniform(0, seconds)  # noqa: S311 - no secret
    return float(seconds)


def with_retry_and_catch(
    state_def: dict[str, Any], raw_input: Any, ctx: dict[str, Any], attempt: Callable[[], Any]
) -> Any:
    """Run attempts of a Task, Parallel or Map state under its Retry and Catch.

    Returns the result of the attempt, or the output and the next state of the Catch.
    """
    state, retries = ctx["State"], Retries(state_def.get("Retry", []))
    while True:
        ctx["State"] = {**state, "RetryCount": retries.count}
        try:
            return attempt()
        except StepError as failure:
            if not retries.wait(failure.error):
                return catch_error(state_def, raw_input, ctx, failure)


def catch_error(
    state_def: dict[str, Any], raw_input: Any, ctx: dict[str, Any], failure: Any
) -> Any:
    """The output and the next state of the Catch of an error; raises the error without one."""
    catcher = engine._find_matching_catcher(state_def.get("Catch", []), failure.error)
    if catcher is None:
        raise error_names.as_uncaught(failure)
    found = {"Error": failure.error, "Cause": failure.cause}
    language = engine._state_query_language(state_def, ctx)
    return engine._apply_catcher(catcher, raw_input, ctx, language, found), catcher["Next"]
