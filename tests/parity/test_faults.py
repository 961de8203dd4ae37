"""Fault injection."""

import json
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from botocore.exceptions import ClientError

from tests.parity.definitions import OK, Doorbell, task, waiting
from tests.parity.emulators import Emulator

SUCCESS = {"service": "states", "action": "SendTaskSuccess"}


@pytest.fixture(autouse=True)
def no_faults(aws: Emulator) -> Iterator[None]:
    faults_request(aws, "DELETE")
    yield
    faults_request(aws, "DELETE")


def faults_request(aws: Emulator, method: str, fault: Any = None, **headers: str) -> httpx.Response:
    """Send a request to the route of injected faults."""
    sent_headers = {"Content-Type": "application/json", **headers}
    body = None if fault is None else json.dumps(fault)
    return httpx.request(method, f"{aws.url}/_local/faults", content=body, headers=sent_headers)


def inject(aws: Emulator, **fault: Any) -> None:
    """Inject a fault."""
    assert faults_request(aws, "POST", fault).status_code == 200


def pending(aws: Emulator) -> list[dict[str, Any]]:
    """The pending faults."""
    found: list[dict[str, Any]] = faults_request(aws, "GET").json()["faults"]
    return found


def waiting_execution(aws: Emulator) -> tuple[str, str]:
    """An execution that waits, and its token."""
    bell = Doorbell(aws)
    execution = aws.start(aws.machine({"Wait": waiting(bell.function)}))
    return execution, bell.token()


def test_a_dropped_call_claims_success_and_does_nothing(aws: Emulator) -> None:
    execution, token = waiting_execution(aws)
    inject(aws, **SUCCESS, effect="drop")
    sfn = aws.client("stepfunctions")
    sfn.send_task_success(taskToken=token, output="{}")
    time.sleep(0.3)
    assert aws.status(execution)["status"] == "RUNNING"
    sfn.send_task_success(taskToken=token, output="{}")
    assert aws.ended(execution)["status"] == "SUCCEEDED"


def test_a_failed_call_returns_the_injected_error_and_does_nothing(aws: Emulator) -> None:
    execution, token = waiting_execution(aws)
    fault = {**SUCCESS, "effect": "fail", "error": "ThrottlingException", "status": 400, "times": 2}
    inject(aws, **fault)
    sfn = aws.client("stepfunctions")
    for _ in range(2):
        with pytest.raises(ClientError, match="ThrottlingException"):
            sfn.send_task_success(taskToken=token, output="{}")
    assert aws.status(execution)["status"] == "RUNNING"
    sfn.send_task_success(taskToken=token, output="{}")
    assert aws.ended(execution)["status"] == "SUCCEEDED"


def test_a_call_that_fails_afterwards_takes_effect_without_a_response(aws: Emulator) -> None:
    execution, token = waiting_execution(aws)
    inject(aws, **SUCCESS, effect="fail", after=True)
    with pytest.raises(ClientError, match="ServiceException"):
        aws.client("stepfunctions").send_task_success(taskToken=token, output="{}")
    assert aws.ended(execution)["status"] == "SUCCEEDED"


@pytest.mark.parametrize("after", [False, True])
def test_a_delayed_call_takes_longer_and_is_done(aws: Emulator, after: bool) -> None:
    execution, token = waiting_execution(aws)
    inject(aws, **SUCCESS, effect="delay", seconds=0.8, after=after)
    began = time.monotonic()
    aws.client("stepfunctions").send_task_success(taskToken=token, output="{}")
    assert time.monotonic() - began >= 0.7
    assert aws.ended(execution)["status"] == "SUCCEEDED"


def test_a_dropped_start_claims_the_arn_that_it_would_have_had(aws: Emulator) -> None:
    sfn = aws.client("stepfunctions")
    machine = aws.machine({"Done": {"Type": "Succeed"}})
    inject(aws, service="states", action="StartExecution", effect="drop")
    claimed = aws.start(machine, name="lost")
    assert not sfn.list_executions(stateMachineArn=machine)["executions"]
    assert aws.start(machine, name="lost") == claimed


def test_a_function_can_fail_for_a_state_machine_by_its_name(aws: Emulator) -> None:
    function, other = aws.function(OK), aws.function(OK)
    name = function.rsplit(":", 1)[-1]
    fault = {"service": "lambda", "action": "Invoke", "function": name, "effect": "fail"}
    inject(aws, **fault, error="TooManyRequestsException", status=429)
    assert aws.run(aws.machine({"Other": task(other)}))["status"] == "SUCCEEDED"
    machine = aws.machine({"Call": task(function)})
    assert aws.run(machine)["error"] == "Lambda.TooManyRequestsException"
    assert aws.run(machine)["status"] == "SUCCEEDED"


def test_a_function_can_fail_for_a_direct_caller(aws: Emulator) -> None:
    function = aws.function(OK)
    fault = {"service": "lambda", "action": "Invoke", "effect": "fail", "status": 429}
    inject(aws, **fault, error="TooManyRequestsException")
    with pytest.raises(ClientError, match="TooManyRequestsException"):
        aws.client("lambda").invoke(FunctionName=function)


@pytest.mark.parametrize("service", ["ses", "sesv2"])
def test_mail_can_be_dropped_and_throttled(aws: Emulator, service: str) -> None:
    client = aws.client(service)
    aws.client("ses").verify_email_identity(EmailAddress="a@example.com")
    text = {"Subject": {"Data": "s"}, "Body": {"Text": {"Data": "b"}}}
    content = {"Simple": text} if service == "sesv2" else text
    sender = "FromEmailAddress" if service == "sesv2" else "Source"
    message = "Content" if service == "sesv2" else "Message"
    mail = {sender: "a@example.com", "Destination": {"ToAddresses": ["b@example.com"]}}
    mailing = {"service": "ses", "action": "SendEmail"}
    inject(aws, **mailing, effect="drop")
    inject(aws, **mailing, effect="fail", error="Throttling", status=400)
    assert client.send_email(**mail, **{message: content})["MessageId"]
    with pytest.raises(ClientError, match="Throttling"):
        client.send_email(**mail, **{message: content})
    assert pending(aws) == []


def test_a_table_call_can_be_throttled(aws: Emulator) -> None:
    fault = {"service": "dynamodb", "action": "PutItem", "effect": "fail", "status": 400}
    inject(aws, **fault, error="ProvisionedThroughputExceededException")
    with pytest.raises(ClientError, match="ProvisionedThroughputExceededException"):
        aws.client("dynamodb").put_item(TableName="t", Item={"pk": {"S": "x"}})


def test_pending_faults_are_listed_and_removed_on_request(aws: Emulator) -> None:
    inject(aws, **SUCCESS, effect="drop", times=3)
    (fault,) = pending(aws)
    assert (fault["action"], fault["times"]) == ("SendTaskSuccess", 3)
    assert faults_request(aws, "DELETE").json() == {"faults": []}


@pytest.mark.parametrize(
    "mistake",
    [
        {"effect": "explode"},
        {"effect": "drop", "times": 0},
        {"effect": "drop", "after": True},
        {"effect": "fail", "status": 200},
        {"effect": "delay", "seconds": 1e9},
        {"effect": "drop", "unknown": 1},
        {"effect": "drop", "service": ""},
    ],
)
def test_an_invalid_fault_is_refused(aws: Emulator, mistake: dict[str, Any]) -> None:
    assert faults_request(aws, "POST", {**SUCCESS, **mistake}).status_code == 400
    assert pending(aws) == []


def test_requests_that_a_web_page_can_send_are_refused(aws: Emulator) -> None:
    fault = {**SUCCESS, "effect": "drop"}
    assert faults_request(aws, "POST", fault, **{"Content-Type": "text/plain"}).status_code == 415
    assert pending(aws) == []


def test_a_foreign_host_name_is_refused(aws: Emulator) -> None:
    assert faults_request(aws, "GET", Host="evil.example").status_code == 404
