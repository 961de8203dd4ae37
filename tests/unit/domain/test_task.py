import json
from typing import Any

import pytest

from lambdas.domain.errors import ActivityDefect, OrderNotFound
from lambdas.domain.task import Task

INPUT: dict[str, Any] = {"order_id": "O1", "epoch": 2}


def test_ids_alone_are_enough_and_unknown_fields_of_a_newer_definition_are_ignored() -> None:
    assert Task.parse(INPUT) == Task(order_id="O1", epoch=2)
    assert Task.parse({**INPUT, "version": "v9", "new": [1]}) == Task(order_id="O1", epoch=2)


def test_the_state_of_the_execution_is_beside_values_of_its_context() -> None:
    findings = {"FetchInventorySnapshot": {"inventory_ok": True}, "FetchRecommendations": {"a": 1}}
    state = {**INPUT, "next": {"loops": 4}, "findings": findings}
    task = Task.parse({"task": state, "token": "T", "attempt": 2})

    assert (task.order_id, task.loops, task.token, task.attempt) == ("O1", 4, "T", 3)
    assert task.execution == "O1-2"
    assert task.findings == {"inventory_ok": True, "a": 1}


def test_token_and_loops_are_read_where_they_are() -> None:
    counters: dict[str, Any] = {"loops": 4, "back_off_seconds": 15, "backed_off": True}
    task = Task.parse({**INPUT, "token": "T", "next": {**counters, "decision": "wait"}})

    assert task == Task(**INPUT, token="T", **counters)


@pytest.mark.parametrize(
    "event",
    [{}, {"order_id": "O1"}, {"epoch": 1}, {"order_id": 1, "epoch": 1}]
    + [{"order_id": "O1", "epoch": epoch} for epoch in ("1", 1.0, True, None)],
)
def test_an_input_without_order_and_epoch_names_no_order(event: dict[str, Any]) -> None:
    with pytest.raises(OrderNotFound, match=r"^the activity's input has no valid `\w+`$"):
        Task.parse(event)


@pytest.mark.parametrize("event", [None, [], "x", 1])
def test_an_input_that_is_no_object_is_a_defect(event: object) -> None:
    with pytest.raises(ActivityDefect, match=r"^the activity's input is not a JSON object$"):
        Task.parse(event)


@pytest.mark.parametrize(
    ("event", "named"),
    [
        ({"task": {**INPUT, "next": None}}, "next"),
        ({"task": {**INPUT, "next": {"loops": "1"}}}, "loops"),
        ({"task": {**INPUT, "next": {"back_off_seconds": None}}}, "back_off_seconds"),
        ({"task": {**INPUT, "findings": 5}}, "findings"),
        (
            {"task": {**INPUT, "findings": {"FetchRecommendations": None}}},
            "FetchRecommendations",
        ),
        ({"task": {**INPUT, "failure": "States.Timeout"}}, "failure"),
        ({"task": {**INPUT, "failure": {"Error": 1}}}, "Error"),
        ({"task": {**INPUT, "failure": {"Error": "PaymentDeclined", "Cause": None}}}, "Cause"),
        ({"task": None}, "task"),
        ({"task": INPUT, "attempt": "0"}, "attempt"),
        ({"task": INPUT, "token": 7}, "token"),
    ],
)
def test_a_value_of_another_type_is_a_defect_that_names_it(
    event: dict[str, Any], named: str
) -> None:
    with pytest.raises(ActivityDefect, match=f"^the activity's input has no valid `{named}`$"):
        Task.parse(event)


def failure(caught: dict[str, str]) -> str:
    return Task.parse({**INPUT, "failure": caught}).failure


def test_an_error_of_the_project_has_its_message() -> None:
    cause = json.dumps({"errorMessage": "insufficient funds", "errorType": "PaymentDeclined"})

    assert failure({"Error": "PaymentDeclined", "Cause": cause}) == (
        "PaymentDeclined: insufficient funds"
    )


@pytest.mark.parametrize(
    ("name", "cause"),
    [
        ("States.Timeout", ""),
        ("Lambda.Unknown", json.dumps({"errorMessage": "secret"})),
        ("Runtime.ExitError", json.dumps({"errorMessage": "RequestId: 1 secret"})),
        ("PaymentDeclined", "no JSON"),
        ("PaymentDeclined", json.dumps(["secret"])),
        ("PaymentDeclined", json.dumps({"errorMessage": 7})),
    ],
)
def test_other_errors_are_described_by_their_name_alone(name: str, cause: str) -> None:
    assert failure({"Error": name, "Cause": cause}) == name


def test_a_failure_without_name_or_cause_is_parsed() -> None:
    assert failure({"Error": "States.Timeout"}) == "States.Timeout"
    assert failure({}) == failure({"Cause": "no JSON"}) == ""
