"""The walk of a mock case with TestState: what is sent, and which answers fail."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from statemachine.mock_cases import MockCase
from tools.aws.verify.stack import CheckFailed
from tools.aws.verify.state_checks import MockedStates

PAY = {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Next": "Paid"}
WAIT = {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken"}
PAID = {"Type": "Succeed"}
BUSY = {"Throw": {"Error": "Busy", "Cause": "later"}}
DONE = {"Return": {"Payload": {"paid": True}}}
RETRIABLE = {"status": "RETRIABLE", "error": "Busy"}
SUCCEEDED = {"status": "SUCCEEDED", "output": '{"paid": true}', "nextState": "Paid"}
END = {"status": "SUCCEEDED", "output": "{}"}


class Recorder:
    """A client of Step Functions that records the requests and returns the given answers."""

    def __init__(self, *answers: Mapping[str, Any]) -> None:
        self.sent: list[dict[str, Any]] = []
        self._answers = iter(answers)

    def test_state(self, **sent: Any) -> Mapping[str, Any]:
        self.sent.append(sent)
        return next(self._answers)


def walk(client: Recorder, *responses: Mapping[str, Any], pay: Mapping[str, Any] = PAY) -> None:
    states = MockedStates(client, {"StartAt": "Pay", "States": {"Pay": pay, "Paid": PAID}})
    states.require_path(MockCase("Case", {"order_id": "1"}, ("Pay", "Paid"), {"Pay": responses}))


def test_a_retried_error_is_followed_by_the_next_response() -> None:
    client = Recorder(RETRIABLE, SUCCEEDED, END)

    walk(client, BUSY, DONE)

    first, second, last = client.sent
    assert first["mock"] == {"errorOutput": {"error": "Busy", "cause": "later"}}
    assert second["stateConfiguration"] == {"retrierRetryCount": 1}
    assert json.loads(second["mock"]["result"]) == DONE["Return"]
    assert second["mock"]["fieldValidationMode"] == "NONE"
    assert last == {"definition": json.dumps(PAID), "input": '{"paid": true}'}


def test_only_a_task_with_a_token_gets_one_in_its_context() -> None:
    client = Recorder(SUCCEEDED, END)

    walk(client, DONE, pay=WAIT)

    assert ["Token" in one.get("context", "") for one in client.sent] == [True, False]


@pytest.mark.parametrize(
    ("answers", "why"),
    [
        ([RETRIABLE], "Pay runs once more than it has responses"),
        ([{"status": "FAILED", "error": "Busy"}], "Pay fails: Busy"),
        ([{**SUCCEEDED, "nextState": "Lost"}], "the definition has no state Lost"),
        ([END], r"takes the path \['Pay'\] and not \['Pay', 'Paid'\]"),
        ([SUCCEEDED, SUCCEEDED, SUCCEEDED], "takes the path"),
    ],
)
def test_an_answer_that_leaves_the_path_fails(answers: list[Mapping[str, Any]], why: str) -> None:
    with pytest.raises(CheckFailed, match=why):
        walk(Recorder(*answers), BUSY if "error" in answers[0] else DONE)
