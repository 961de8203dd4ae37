"""State entries: instants, attempts, errors and progress, from the events of a history."""

import pytest

from lambdas.executions.state_entries import Progress, StateEntry, state_entries
from tests.support.execution_histories import HistoryBuilder, named


def entries(history: HistoryBuilder) -> dict[str, StateEntry]:
    return {entry.state: entry for entry in state_entries(history.redacted())}


def test_each_entry_of_a_state_is_separate_and_in_sequence() -> None:
    found = state_entries(named(["AwaitSignal", "ApplySignals", "AwaitSignal"]).redacted())

    assert [entry.state for entry in found] == [
        "RouteStart",
        "AwaitSignal",
        "ApplySignals",
        "AwaitSignal",
    ]
    assert [(entry.type, entry.attempts) for entry in found[:2]] == [("Choice", 0), ("Task", 1)]


def test_attempts_and_their_errors_are_collected() -> None:
    history = named(()).enter("ProcessPayment").add("TaskScheduled")
    history.add("TaskFailed", taskFailedEventDetails={"error": "ProviderUnavailable"})
    history.add("TaskScheduled").add("TaskTimedOut")
    history.add("TaskScheduled").add("TaskSucceeded").leave("ProcessPayment")

    entry = entries(history)["ProcessPayment"]

    assert entry.errors == ["ProviderUnavailable", "TaskTimedOut"]
    assert (entry.attempts, entry.error, entry.progress) == (3, None, Progress.SUCCEEDED)


def test_an_entry_whose_last_attempt_failed_is_caught() -> None:
    entry = entries(named(()).failing("ProcessPayment", "PaymentDeclined"))["ProcessPayment"]

    assert (entry.error, entry.progress) == ("PaymentDeclined", Progress.CAUGHT)


@pytest.mark.parametrize(
    ("end", "progress"),
    [
        ("ExecutionFailed", Progress.FAILED),
        ("ExecutionTimedOut", Progress.FAILED),
        ("ExecutionAborted", Progress.ABORTED),
        ("ExecutionSucceeded", Progress.SUCCEEDED),
    ],
)
def test_an_open_entry_ends_with_its_execution(end: str, progress: Progress) -> None:
    history = named(()).enter("AwaitSignal")
    running = entries(history)["AwaitSignal"]

    ended = entries(history.add(end))["AwaitSignal"]

    assert (running.progress, running.left_at) == (Progress.RUNNING, None)
    assert ended.progress is progress
    assert ended.left_at is not None


def test_a_failed_branch_stops_the_other_branches_and_its_error_is_caught() -> None:
    history = HistoryBuilder()
    history.add("ParallelStateEntered", stateEnteredEventDetails={"name": "EnrichOrder"})
    history.enter("FetchRecommendations").enter("FetchCustomerProfile").add("TaskScheduled")
    history.add("TaskFailed", taskFailedEventDetails={"error": "CustomerUnknown"})
    history.add("ParallelStateFailed")
    history.add("ParallelStateExited", stateExitedEventDetails={"name": "EnrichOrder"})

    found = entries(history)

    assert found["EnrichOrder"].progress is Progress.CAUGHT
    assert found["EnrichOrder"].error == "CustomerUnknown"
    assert found["FetchCustomerProfile"].progress is Progress.FAILED
    assert found["FetchRecommendations"].progress is Progress.ABORTED


def test_an_event_of_a_state_that_was_not_entered_is_ignored() -> None:
    history = HistoryBuilder().add("TaskScheduled").leave("ReserveStock")

    assert state_entries(history.redacted()) == []
