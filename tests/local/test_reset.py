"""`reset` stops executions that end meanwhile."""

from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from local.host.folders import Folders
from local.lifecycle import reset
from tests.local.states import a_state

MACHINE = "arn:aws:states:us-east-1:000000000000:stateMachine:orders"
RUNNING = {
    "executionArn": "arn:aws:states:us-east-1:000000000000:execution:orders:one-1",
    "stateMachineArn": MACHINE,
    "name": "one-1",
    "status": "RUNNING",
    "startDate": 0,
}
STATE = a_state(outputs={"StateMachineArn": MACHINE})


def test_an_execution_that_ends_before_it_is_stopped_is_no_failure(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    engine: Any = boto3.client("stepfunctions", region_name="us-east-1")
    monkeypatch.setattr(reset, "client", lambda *_: engine)
    with Stubber(engine) as answers:
        answers.add_response("list_executions", {"executions": [RUNNING]})
        answers.add_client_error("stop_execution", "ValidationException")
        answers.add_response("list_executions", {"executions": []})

        reset.stop_executions(Folders(tmp_path), STATE)

        answers.assert_no_pending_responses()
