"""Step Functions knows no inheritance: the error classes and the Retry lists are one contract."""

from collections.abc import Iterator

import pytest

from lambdas.domain import errors
from lambdas.domain.errors import (
    BusinessError,
    OrderError,
    PermanentError,
    RequestRefused,
    TransientError,
)
from tests.support.definition import load, states
from tests.support.definition_rules import retriers

SERVICE_ERRORS = {
    "Lambda.ServiceException",
    "Lambda.AWSLambdaException",
    "Lambda.SdkClientException",
    "Lambda.ResourceConflictException",
    "Lambda.ClientExecutionTimeoutException",
    "Lambda.Unknown",
    "Sandbox.Timedout",
    "Runtime.ExitError",
    "States.Timeout",
}
"""What Lambda and Step Functions say when a call's outcome is unknown: every activity may be
called again. (Step Functions developer guide, "Handle transient Lambda service exceptions";
ResourceConflictException: a function that is not active yet)"""
THROTTLED = "Lambda.TooManyRequestsException"
BEST_EFFORT = {"FetchRecommendations", "FetchRecommendationsV1", "RequestApproval"}
WAITING = {"AwaitSignal", "ApplySignals", "RequestApproval"}
"""Steps of the approval loop, of which a failure undoes nothing."""


def leaves(base: type[OrderError]) -> Iterator[type[OrderError]]:
    for child in base.__subclasses__():
        if child.__module__ != errors.__name__:
            continue
        if child.__subclasses__():
            yield from leaves(child)
        else:
            yield child


def names(base: type[OrderError]) -> set[str]:
    return {leaf.__name__ for leaf in leaves(base)}


STATES = states(load())
RETRIED = [name for name, state in STATES.items() if "Retry" in state]
CATCHING = {name: state["Catch"] for name, state in STATES.items() if "Catch" in state}
COMPENSATED = {
    name: catchers
    for name, catchers in CATCHING.items()
    if any(catcher["Next"] == "RefundPayment" for catcher in catchers)
}


@pytest.mark.parametrize("state", RETRIED)
def test_a_task_retries_every_transient_error_and_then_throttles_and_nothing_else(
    state: str,
) -> None:
    transient, throttled = STATES[state]["Retry"]

    assert set(transient["ErrorEquals"]) == names(TransientError) | SERVICE_ERRORS
    assert throttled["ErrorEquals"] == [THROTTLED]


@pytest.mark.parametrize("state", sorted(set(RETRIED) - BEST_EFFORT))
def test_a_throttled_function_is_tried_for_longer_and_at_greater_distance(state: str) -> None:
    transient, throttled = STATES[state]["Retry"]

    for field in ("IntervalSeconds", "MaxAttempts", "MaxDelaySeconds"):
        assert throttled[field] > transient[field]


def test_every_task_but_the_wait_retries() -> None:
    tasks = {name for name, state in STATES.items() if state["Type"] == "Task"}

    assert set(RETRIED) == tasks - {"AwaitSignal"}


def test_no_retry_names_a_permanent_error_or_a_refusal() -> None:
    named = {name for _, retrier in retriers(load()) for name in retrier["ErrorEquals"]}

    assert not named & (names(PermanentError) | names(RequestRefused))


@pytest.mark.parametrize("state", COMPENSATED)
def test_only_a_business_error_is_caught_to_be_compensated(state: str) -> None:
    """And the loss of the order ends the execution; anything else pauses and continues."""
    refused, lost, rest = COMPENSATED[state]

    assert (set(refused["ErrorEquals"]), refused["Next"]) == (names(BusinessError), "RefundPayment")
    assert (lost["ErrorEquals"], lost["Next"]) == (["StaleEpoch"], "OrderTakenOver")
    assert (rest["ErrorEquals"], rest["Next"]) == (["States.ALL"], "RouteBackOff")


def test_every_step_that_has_something_to_do_forward_can_be_refused() -> None:
    required = {"EnrichOrder", "FetchInventorySnapshotV1", "FetchCustomerProfileV1"}

    assert set(COMPENSATED) == required | {"ReserveStock", "ProcessPayment", "UpdateOrderStatus"}


def test_no_failure_in_the_approval_loop_is_compensated() -> None:
    ways = {catcher["Next"] for name in WAITING for catcher in CATCHING[name]}

    assert ways == {"ApplySignals", "AwaitSignal", "RouteBackOff", "OrderTakenOver"}


def test_after_a_pause_the_record_decides() -> None:
    assert STATES["BackOff"]["Next"] == "ApplySignals"


def test_compensations_try_longer_than_forward_steps() -> None:
    attempts = {name: STATES[name]["Retry"][0]["MaxAttempts"] for name in RETRIED}

    compensations = [attempts[n] for n in ("RefundPayment", "ReleaseStock", "CloseOrder")]
    assert min(compensations) >= 6
    assert attempts["ReserveStock"] == attempts["ProcessPayment"] == 4


def test_every_leaf_belongs_to_exactly_one_family() -> None:
    families = [names(PermanentError), names(TransientError), names(RequestRefused)]

    assert sum(map(len, families)) == len(set.union(*families))
    assert names(OrderError) == set.union(*families)


def test_the_tree_in_the_docstring_names_every_leaf() -> None:
    drawn = errors.__doc__ or ""

    assert [leaf for leaf in sorted(names(OrderError)) if leaf not in drawn] == []


def test_an_error_carries_its_order_and_its_message() -> None:
    error = errors.StaleEpoch("too old", order_id="O1")

    assert (error.order_id, error.message, str(error)) == ("O1", "too old", "too old")


def test_a_refused_signal_carries_the_stage_that_refused_it() -> None:
    error = errors.SignalNotAdmitted("late", order_id="O1", stage="completed")

    assert (error.order_id, error.stage) == ("O1", "completed")
