"""Step Functions knows no inheritance: the error classes and the Retry lists are one contract."""

from collections.abc import Iterator

import pytest

from lambdas.domain import errors
from lambdas.domain.errors import (
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
    "Lambda.TooManyRequestsException",
    "Lambda.ClientExecutionTimeoutException",
    "Lambda.Unknown",
    "Sandbox.Timedout",
    "Runtime.ExitError",
    "States.Timeout",
}
"""What Lambda and Step Functions say when a call's outcome is unknown: every activity may be
called again. (Step Functions developer guide, "Handle transient Lambda service exceptions")"""


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


RETRIERS = list(retriers(load()))


@pytest.mark.parametrize(("state", "retrier"), RETRIERS, ids=[name for name, _ in RETRIERS])
def test_a_retry_names_every_transient_error_and_nothing_else(
    state: str, retrier: dict[str, list[str]]
) -> None:
    assert set(retrier["ErrorEquals"]) == names(TransientError) | SERVICE_ERRORS


def test_every_task_but_the_wait_retries() -> None:
    tasks = {name for name, state in states(load()).items() if state["Type"] == "Task"}

    assert {name for name, _ in RETRIERS} == tasks - {"AwaitSignal"}


def test_no_retry_names_a_permanent_error_or_a_refusal() -> None:
    named = {name for _, retrier in RETRIERS for name in retrier["ErrorEquals"]}

    assert not named & (names(PermanentError) | names(RequestRefused))


def test_compensations_try_longer_than_forward_steps() -> None:
    attempts = {name: retrier["MaxAttempts"] for name, retrier in RETRIERS}

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
