import json

from local.checks.history import TAKEN_OVER, end_of, path, submitted_tokens, tokens
from tests.local.scenarios.histories import History


def test_states_come_in_the_order_of_their_entry_with_attempts_and_ticks() -> None:
    history = History()
    history.add("ExecutionStarted")
    history.enter("RouteStart", "Choice")
    history.exit("RouteStart", "Choice")
    history.task("AwaitSignal", "TaskTimedOut")
    history.task("AwaitSignal", "TaskSucceeded")
    history.task("ProcessPayment", "TaskFailed", "TaskTimedOut", "TaskSucceeded")
    states = ["RouteStart", "AwaitSignal~tick", "AwaitSignal", "ProcessPayment x3"]
    assert path(history.events, "SUCCEEDED") == [*states, "= SUCCEEDED"]
    assert path(history.events, "RUNNING") == states


def test_an_execution_that_lost_its_order_ended_as_taken_over() -> None:
    history = History()
    history.task("ApplySignals", "TaskFailed")
    assert end_of(history.events, "SUCCEEDED") == "SUCCEEDED"
    history.enter("OrderTakenOver", "Succeed")
    assert end_of(history.events, "SUCCEEDED") == TAKEN_OVER


def test_interleaved_branches_are_separated_by_previous_event_ids() -> None:
    history = History()
    history.enter("EnrichOrder", "Parallel")
    began = history.add("ParallelStateStarted")
    first = history.enter("Profile", after=began)
    second = history.enter("Stock", after=began)
    tried = history.add("TaskScheduled", after=second)
    history.add("TaskScheduled", after=first)
    failed = history.add("TaskFailed", after=tried)
    again = history.add("TaskScheduled", after=failed)
    history.add("TaskSucceeded", after=again)
    history.exit("EnrichOrder", "Parallel")
    history.task("ReserveStock", "TaskSucceeded")
    assert path(history.events, "SUCCEEDED") == [
        "EnrichOrder {Profile Stock x2}",
        "ReserveStock",
        "= SUCCEEDED",
    ]


def test_a_stopped_parallel_state_is_in_the_path() -> None:
    history = History()
    history.enter("EnrichOrder", "Parallel")
    history.enter("Profile")
    assert path(history.events, "ABORTED") == ["EnrichOrder {Profile}", "= ABORTED"]


def test_a_token_counts_from_its_submission_until_its_use() -> None:
    history = History()
    history.enter("AwaitSignal")
    history.add("TaskScheduled")
    assert submitted_tokens(history.events, "AwaitSignal") == 0
    history.add("TaskSubmitted")
    assert submitted_tokens(history.events, "AwaitSignal") == 1
    assert submitted_tokens(history.events, "Other") == 0
    history.add("TaskSucceeded")
    assert submitted_tokens(history.events, "AwaitSignal") == 0


def test_tokens_are_found_in_the_input_of_the_wait() -> None:
    history = History()
    for payload in ({"order_id": "1", "token": "secret"}, {"order_id": "1"}, "text"):
        parameters = json.dumps({"FunctionName": "f", "Payload": payload})
        history.add("TaskScheduled", taskScheduledEventDetails={"parameters": parameters})
    assert tokens(history.events) == {"secret"}
