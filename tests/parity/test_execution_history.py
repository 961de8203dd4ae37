"""Events of tasks, tokens and nested executions in the history."""

import json

from tests.parity.definitions import OK, Doorbell, passing, task, waiting
from tests.parity.emulators import Emulator
from tests.parity.fix_coverage import covers_fix


@covers_fix("task-history")
def test_the_history_contains_the_events_of_a_task_in_a_branch(aws: Emulator) -> None:
    branch = {"StartAt": "Work", "States": {"Work": task(aws.function(OK))}}
    both = {"Type": "Parallel", "Branches": [branch], "End": True}
    execution = aws.start(aws.machine({"Both": both}))
    aws.ended(execution)
    assert aws.event_types(execution) == [
        "ExecutionStarted",
        "ParallelStateEntered",
        "ParallelStateStarted",
        "TaskStateEntered",
        "TaskScheduled",
        "TaskStarted",
        "TaskSucceeded",
        "TaskStateExited",
        "ParallelStateSucceeded",
        "ParallelStateExited",
        "ExecutionSucceeded",
    ]
    scheduled = aws.events(execution)[4]["taskScheduledEventDetails"]
    assert (scheduled["resourceType"], scheduled["resource"]) == ("lambda", "invoke")


@covers_fix("task-history")
def test_the_history_contains_the_submission_of_a_token(aws: Emulator) -> None:
    wait = waiting(Doorbell(aws).function, TimeoutSeconds=1)
    execution = aws.start(aws.machine({"Wait": wait}))
    aws.ended(execution)
    events = aws.events(execution)
    steps = [event["type"] for event in events if event["type"].startswith("Task")]
    assert steps == [
        "TaskStateEntered",
        "TaskScheduled",
        "TaskStarted",
        "TaskSubmitted",
        "TaskTimedOut",
    ]
    assert [event["previousEventId"] for event in events] == list(range(len(events)))


def test_the_history_with_a_nested_execution_has_consecutive_event_ids(aws: Emulator) -> None:
    child = aws.machine({"Say": passing("child")})
    nested = {
        "Type": "Task",
        "Resource": "arn:aws:states:::states:startExecution.sync:2",
        "Parameters": {"StateMachineArn": child, "Input": {}},
        "OutputPath": "$.Output",
        "Next": "After",
    }
    execution = aws.start(aws.machine({"Nested": nested, "After": passing()}))
    assert json.loads(aws.ended(execution)["output"]) == "child"
    events = aws.events(execution)
    assert [event["previousEventId"] for event in events] == list(range(len(events)))
