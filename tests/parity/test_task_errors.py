"""Errors of functions, with Retry and Catch."""

import json
from collections.abc import Mapping

from tests.parity.definitions import DECLINED, OK, catching, passing, task
from tests.parity.emulators import Emulator
from tests.parity.fix_coverage import covers_fix


@covers_fix("error-names")
def test_a_raised_class_name_is_the_error_name_that_catch_matches(aws: Emulator) -> None:
    declined = task(aws.function(DECLINED), Catch=catching("Refused", "PaymentDeclined"))
    ended = aws.run(aws.machine({"Pay": declined, "Refused": passing()}))
    assert ended["status"] == "SUCCEEDED"
    failure = json.loads(ended["output"])["failure"]
    assert failure["Error"] == "PaymentDeclined"
    assert json.loads(failure["Cause"])["errorMessage"] == "no money"


def test_an_uncaught_class_name_ends_the_execution(aws: Emulator) -> None:
    ended = aws.run(aws.machine({"Pay": task(aws.function(DECLINED))}))
    assert (ended["status"], ended["error"]) == ("FAILED", "PaymentDeclined")
    assert json.loads(ended["cause"])["errorType"] == "PaymentDeclined"


@covers_fix("error-names")
def test_an_invoke_returns_the_class_name_as_error_type(aws: Emulator) -> None:
    answer = aws.client("lambda").invoke(FunctionName=aws.function(DECLINED))
    error = json.loads(answer["Payload"].read())
    assert answer["FunctionError"] == "Unhandled"
    assert error["errorType"] == "PaymentDeclined"


@covers_fix("retry-delays")
def test_retries_wait_no_longer_than_max_delay_seconds(aws: Emulator) -> None:
    flaky = {
        "ErrorEquals": ["States.ALL"],
        "IntervalSeconds": 600,
        "MaxDelaySeconds": 1,
        "MaxAttempts": 2,
    }
    ended = aws.run(aws.machine({"Pay": task(aws.function(DECLINED), Retry=[flaky])}))
    assert ended["error"] == "PaymentDeclined"


@covers_fix("retry-delays")
def test_full_jitter_makes_retry_delays_random(aws: Emulator) -> None:
    flaky = {
        "ErrorEquals": ["States.ALL"],
        "IntervalSeconds": 3,
        "BackoffRate": 1,
        "JitterStrategy": "FULL",
        "MaxAttempts": 5,
    }
    execution = aws.start(aws.machine({"Pay": task(aws.function(DECLINED), Retry=[flaky])}))
    aws.ended(execution)
    events = aws.events(execution)
    failed = [event["timestamp"] for event in events if event["type"] == "TaskFailed"]
    again = [event["timestamp"] for event in events if event["type"] == "TaskScheduled"]
    gaps = [(b - a).total_seconds() for a, b in zip(failed, again[1:], strict=False)]
    assert len(gaps) == 5
    assert min(gaps) < 2.5


@covers_fix("strict-paths")
def test_a_path_without_a_result_fails_the_execution_despite_catch(aws: Emulator) -> None:
    lost = task(aws.function(OK), Catch=catching("Saved", "States.ALL"))
    lost["Parameters"]["Payload.$"] = "$.not.there"
    ended = aws.run(aws.machine({"Lost": lost, "Saved": passing()}))
    assert (ended["status"], ended.get("error")) == ("FAILED", "States.Runtime")
    assert "$.not.there" in ended["cause"]


@covers_fix("strict-paths")
def test_a_choice_rule_on_a_missing_value_fails_the_execution(aws: Emulator) -> None:
    rules = [
        {"And": [_rule("$.absent", IsPresent=True), _rule("$.absent", StringEquals="x")]},
        {"Or": [_rule("$.present", IsNull=False), _rule("$.absent", IsNull=True)]},
    ]
    choice = {
        "Type": "Choice",
        "Choices": [{**rule, "Next": "Done"} for rule in rules],
        "Default": "Done",
    }
    machine = aws.machine({"Choose": choice, "Done": passing()})
    assert aws.run(machine, {"present": 1})["status"] == "SUCCEEDED"
    ended = aws.run(machine, {"present": None})
    assert (ended["status"], ended.get("error")) == ("FAILED", "States.Runtime")
    assert "$.absent" in ended["cause"]


def test_result_selector_gets_the_context_object(aws: Emulator) -> None:
    named = task(aws.function(OK), ResultSelector={"name.$": "$$.Execution.Name"})
    execution = aws.start(aws.machine({"Named": named}), name="the-name")
    assert json.loads(aws.ended(execution)["output"]) == {"name": "the-name"}


def test_a_null_value_is_not_a_missing_path(aws: Emulator) -> None:
    chosen = passing(Parameters={"kept.$": "$.nothing"})
    ended = aws.run(aws.machine({"Choose": chosen}), {"nothing": None})
    assert json.loads(ended["output"]) == {"kept": None}


def test_map_items_get_their_value_and_index(aws: Emulator) -> None:
    keep = task(aws.function(OK), OutputPath="$.Payload")
    each = {
        "Type": "Map",
        "ItemSelector": {"index.$": "$$.Map.Item.Index", "value.$": "$$.Map.Item.Value"},
        "ItemProcessor": {"StartAt": "Keep", "States": {"Keep": keep}},
        "End": True,
    }
    ended = aws.run(aws.machine({"Each": each}), ["a", "b"])
    assert json.loads(ended["output"]) == [
        {"index": 0, "value": "a"},
        {"index": 1, "value": "b"},
    ]


@covers_fix("lambda-throttle")
def test_a_throttled_function_is_too_many_requests(aws: Emulator) -> None:
    function = aws.function(OK)
    aws.client("lambda").put_function_concurrency(
        FunctionName=function, ReservedConcurrentExecutions=0
    )
    ended = aws.run(aws.machine({"Busy": task(function)}))
    assert ended["error"] == "Lambda.TooManyRequestsException"


def test_a_task_longer_than_its_timeout_is_a_states_timeout(aws: Emulator) -> None:
    slow = aws.function("import time\ndef handle(e, c):\n    time.sleep(60)\n")
    late = task(slow, TimeoutSeconds=1, Catch=catching("Late", "States.Timeout"))
    ended = aws.run(aws.machine({"Slow": late, "Late": passing()}))
    assert json.loads(ended["output"])["failure"]["Error"] == "States.Timeout"


@covers_fix("parallel-stop")
def test_a_failing_branch_stops_its_siblings(aws: Emulator) -> None:
    fail = {"Type": "Fail", "Error": "Broken", "Cause": "first branch"}
    wait = {"Type": "Wait", "Seconds": 600, "End": True}
    both = {
        "Type": "Parallel",
        "Branches": [
            {"StartAt": "Break", "States": {"Break": fail}},
            {"StartAt": "Wait", "States": {"Wait": wait}},
        ],
        "End": True,
    }
    assert aws.run(aws.machine({"Both": both}))["error"] == "Broken"


def _rule(path: str, **comparison: object) -> dict[str, object]:
    return {"Variable": path, **comparison}


def _tested(aws: Emulator, state: Mapping[str, object], **sent: object) -> tuple[str, str | None]:
    """Status and next state that TestState returns for a mocked state."""
    answer = aws.client("stepfunctions").test_state(definition=json.dumps(state), **sent)
    return answer["status"], answer.get("nextState")


@covers_fix("mocked-states")
def test_a_mocked_error_is_retried_before_it_is_caught(aws: Emulator) -> None:
    retry = {"ErrorEquals": ["Busy"], "MaxAttempts": 1}
    pay = task("pay", Retry=[retry], Catch=catching("Saved", "States.ALL"))
    pay["Parameters"]["Payload"] = {"attempt.$": "$$.State.RetryCount"}
    mock = {"errorOutput": {"error": "Busy", "cause": ""}}

    assert _tested(aws, pay, mock=mock) == ("RETRIABLE", None)
    again = {"retrierRetryCount": 1}
    assert _tested(aws, pay, mock=mock, stateConfiguration=again) == ("CAUGHT_ERROR", "Saved")


@covers_fix("mocked-states")
def test_a_mocked_parallel_state_has_a_result_for_each_branch(aws: Emulator) -> None:
    branch = {"StartAt": "Only", "States": {"Only": {"Type": "Succeed"}}}
    both = {"Type": "Parallel", "Branches": [branch, branch], "Next": "Later"}

    assert _tested(aws, both, mock={"result": "[1, 2]"}) == ("SUCCEEDED", "Later")
