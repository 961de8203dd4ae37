"""The committed definition keeps every rule, and every rule notices a definition that breaks it."""

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.support import definition_rules as rules
from tests.support.definition import load, states, tasks, token_waits
from tests.support.portability import not_portable

Rule = Callable[[dict[str, Any]], list[str]]

RULES: list[Rule] = [
    rules.tasks_without_timeout,
    rules.waits_without_both_bounds,
    rules.retried_waits,
    rules.uncaught_tasks,
    rules.failures_not_compensated,
    rules.unbounded_retries,
    rules.unreachable_states,
    rules.dangling_edges,
    rules.endless_states,
    rules.compensation_out_of_order,
    not_portable,
]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_definition_keeps_the_rule(rule: Rule) -> None:
    assert rule(load()) == []


def _state(name: str, **changes: Any) -> Callable[[dict[str, Any]], None]:
    """A mutation of one state; None removes a field."""

    def mutate(definition: dict[str, Any]) -> None:
        state = definition["States"][name]
        for field, value in changes.items():
            state.pop(field, None)
            if value is not None:
                state[field] = value

    return mutate


def _branch(index: int, name: str, field: str) -> Callable[[dict[str, Any]], None]:
    def mutate(definition: dict[str, Any]) -> None:
        del definition["States"]["EnrichOrder"]["Branches"][index]["States"][name][field]

    return mutate


def _to(state: str) -> list[dict[str, Any]]:
    return [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.failure", "Next": state}]


BROKEN: list[tuple[Rule, Callable[[dict[str, Any]], None]]] = [
    (rules.tasks_without_timeout, _state("ProcessPayment", TimeoutSeconds=None)),
    (rules.tasks_without_timeout, _branch(1, "FetchCustomerProfile", "TimeoutSeconds")),
    (rules.waits_without_both_bounds, _state("AwaitSignal", HeartbeatSecondsPath=None)),
    (rules.waits_without_both_bounds, _state("AwaitSignal", TimeoutSecondsPath=None)),
    (rules.retried_waits, _state("AwaitSignal", Retry=[{"ErrorEquals": ["States.ALL"]}])),
    (rules.uncaught_tasks, _state("ReserveStock", Catch=None)),
    (rules.uncaught_tasks, _state("EnrichOrder", Catch=None)),
    (rules.failures_not_compensated, _state("ProcessPayment", Catch=_to("OrderFailed"))),
    (rules.unbounded_retries, _state("ApplySignals", Retry=[{"ErrorEquals": ["StoreConflict"]}])),
    (rules.unreachable_states, _state("RouteBackOff", Choices=None)),
    (rules.dangling_edges, _state("ReserveStock", Next="Nowhere")),
    (rules.endless_states, _state("BackOff", Next="BackOff")),
    (not_portable, _state("BackOff", SecondsPath="$.pauses[0].seconds")),
    (rules.compensation_out_of_order, _state("RefundPayment", Catch=_to("OrderFailed"))),
    (rules.compensation_out_of_order, _state("RefundPayment", Next="SendCancellationEmail")),
    (not_portable, _state("ReserveStock", Assign={"x": 1})),
    (not_portable, _state("ReserveStock", InputPath="$.items[0].sku")),
    (not_portable, _state("ReserveStock", InputPath="$.items[?(@.a)]")),
    (not_portable, _state("RouteEnd", Default=None)),
    (not_portable, _state("OrderFailed", Error="States.Timeout")),
    (not_portable, _state("ReserveStock", ResultSelector={"at.$": "$$.State.EnteredTime"})),
    (not_portable, _state("ReserveStock", Resource="arn:aws:states:::sqs:sendMessage")),
]


@pytest.mark.parametrize(("rule", "mutate"), BROKEN)
def test_the_rule_notices_a_definition_that_breaks_it(
    rule: Rule, mutate: Callable[[dict[str, Any]], None]
) -> None:
    broken = copy.deepcopy(load())
    mutate(broken)

    assert rule(broken) != []


def test_only_one_state_waits_for_a_token_and_its_result_is_discarded() -> None:
    waits = token_waits(load())

    assert list(waits) == ["AwaitSignal"]
    assert waits["AwaitSignal"]["ResultPath"] is None


def test_every_bound_is_positive_and_tasks_end_before_the_execution_does() -> None:
    definition = load()
    seconds = [
        state["TimeoutSeconds"] for state in tasks(definition).values() if "TimeoutSeconds" in state
    ]

    assert set(seconds) == {30}
    assert definition["TimeoutSeconds"] > 24 * 3600


def test_no_state_carries_the_token_except_to_the_function_that_stores_it() -> None:
    with_token = [
        name for name, state in states(load()).items() if "Task.Token" in json.dumps(state)
    ]

    assert with_token == ["AwaitSignal"]
