"""Step Functions knows no inheritance: the error classes and the Retry lists are one contract."""

import ast
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
from tests.support.definition import ROOT, load, states
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
STORE_ERRORS = {"StoreConflict", "StoreUnavailable"}
PORT_ERRORS = {
    "payments": {"ProviderUnavailable", "PaymentUnsettled"},
    "notifier": {"NotifierUnavailable"},
    "operations": {"OperationsUnavailable"},
    "engine": {"EngineUnavailable"},
}
"""The transient errors of the calls that an activity makes, by attribute of its dependencies."""
OF_NO_ACTIVITY = {"EventsUnavailable"}
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


def ports_used_by(state: str) -> set[str]:
    """The attributes of `deps` that the activity of a state uses, directly or through functions of
    its module.
    """
    activity = "".join(f"_{c.lower()}" if c.isupper() else c for c in state).lstrip("_")
    tree = next(tree for tree in MODULES if activity in functions_of(tree))
    functions, reached, found = functions_of(tree), {activity}, set[str]()
    waiting = [activity]
    while waiting:
        for node in ast.walk(functions[waiting.pop()]):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                found |= {node.attr} if node.value.id == "deps" else set()
            elif isinstance(node, ast.Name) and node.id in functions and node.id not in reached:
                reached.add(node.id)
                waiting.append(node.id)
    return found


def functions_of(tree: ast.Module) -> dict[str, ast.FunctionDef]:
    return {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}


MODULES = [ast.parse(path.read_text()) for path in (ROOT / "lambdas/activities").glob("*.py")]
STATES = states(load())
RETRIED = [name for name, state in STATES.items() if "Retry" in state]
CATCHING = {name: state["Catch"] for name, state in STATES.items() if "Catch" in state}
COMPENSATED = {
    name: catchers
    for name, catchers in CATCHING.items()
    if any(catcher["Next"] == "RefundPayment" for catcher in catchers)
}


@pytest.mark.parametrize("state", RETRIED)
def test_a_task_retries_the_transient_errors_of_its_ports_and_then_throttles(state: str) -> None:
    transient, throttled = STATES[state]["Retry"]
    used = ports_used_by(STATES[state]["Parameters"]["FunctionName"].strip("${}"))

    assert set(transient["ErrorEquals"]) == STORE_ERRORS | SERVICE_ERRORS | {
        error for port, raised in PORT_ERRORS.items() if port in used for error in raised
    }
    assert throttled["ErrorEquals"] == [THROTTLED]


def test_every_transient_error_belongs_to_a_port() -> None:
    of_ports = {error for raised in PORT_ERRORS.values() for error in raised} | OF_NO_ACTIVITY

    assert STORE_ERRORS | of_ports == names(TransientError)


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
    refused, lost, *pending, rest = COMPENSATED[state]

    assert (set(refused["ErrorEquals"]), refused["Next"]) == (names(BusinessError), "RefundPayment")
    assert (lost["ErrorEquals"], lost["Next"]) == (["StaleEpoch"], "OrderTakenOver")
    assert (rest["ErrorEquals"], rest["Next"]) == (["States.ALL"], "RouteBackOff")
    later = [(catcher["ErrorEquals"], catcher["Next"]) for catcher in pending]
    assert later == [(["PaymentPending"], "ApplySignals")] * (state == "ProcessPayment")


def test_every_step_that_has_something_to_do_forward_can_be_refused() -> None:
    required = {"EnrichOrder", "FetchInventorySnapshotV1", "FetchCustomerProfileV1"}

    assert set(COMPENSATED) == required | {"ReserveStock", "ProcessPayment", "UpdateOrderStatus"}


def test_no_failure_in_the_approval_loop_is_compensated() -> None:
    ways = {catcher["Next"] for name in WAITING for catcher in CATCHING[name]}

    assert ways == {"ApplySignals", "AwaitSignal", "RouteBackOff", "OrderTakenOver"}


def test_after_a_pause_the_record_decides() -> None:
    assert STATES["BackOff"]["Next"] == "ApplySignals"


def test_an_execution_without_an_order_ends_at_once() -> None:
    first, *_ = STATES["RouteBackOff"]["Choices"]
    named = {"Variable": "$.failure.Error", "StringEquals": "OrderNotFound"}
    closing = {tuple(one["ErrorEquals"]): one["Next"] for one in STATES["CloseOrder"]["Catch"]}

    assert (first["And"][-1], first["Next"]) == (named, "OrderNotFound")
    assert closing["OrderNotFound",] == "OrderNotFound"
    assert STATES["OrderNotFound"]["Type"] == "Fail"


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
