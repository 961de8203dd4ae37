"""State entries of a history, and the durations, counts and retries that they add up to."""

import pytest

from lambdas.executions.history import Category
from lambdas.executions.metrics import Share, measure
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
    history.add("TaskScheduled").add("TaskSubmitFailed")
    history.add("TaskScheduled").add("TaskSucceeded").leave("ProcessPayment")

    entry = entries(history)["ProcessPayment"]

    assert entry.errors == ["ProviderUnavailable", "TaskTimedOut", "TaskSubmitFailed"]
    assert (entry.attempts, entry.error, entry.progress) == (4, None, Progress.SUCCEEDED)


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


def test_a_category_lasts_from_entering_its_states_to_leaving_them() -> None:
    history = named(["ReserveStock"]).failing("ProcessPayment", "PaymentDeclined")

    figures = measure(history.redacted())

    assert figures.shares[Category.RESERVE] == Share(events=4, milliseconds=3_000)
    assert figures.shares[Category.PAYMENT] == Share(events=4, milliseconds=3_000)
    assert Category.COMPENSATION not in figures.shares


def test_what_runs_in_parallel_is_counted_once() -> None:
    history = HistoryBuilder().enter("EnrichOrder").ok("FetchCustomerProfile").leave("EnrichOrder")

    assert measure(history.redacted()).shares[Category.ENRICHMENT].milliseconds == 5_000


def test_a_state_that_was_not_left_lasts_until_the_newest_event() -> None:
    history = named(()).enter("AwaitSignal").add("TaskScheduled").add("TaskStarted")

    assert measure(history.redacted()).shares[Category.APPROVAL_LOOP].milliseconds == 2_000


def test_attempts_beyond_the_first_of_each_visit_are_retries() -> None:
    history = named(["AwaitSignal", "ApplySignals", "AwaitSignal", "ApplySignals"])
    history.failing("ProcessPayment", "ProviderUnavailable", "ProviderUnavailable")

    assert measure(history.redacted()).retries == {"ProcessPayment": 1}


def test_the_end_of_a_wait_is_counted_by_its_cause() -> None:
    history = named(["AwaitSignal", "ReserveStock"])
    history.failing("AwaitSignal", "States.HeartbeatTimeout").failing("AwaitSignal", "Broken")

    wake_ups = measure(history.enter("AwaitSignal").redacted()).wake_ups

    assert wake_ups == {"doorbell": 1, "timeout": 1, "error": 1}


def test_an_execution_starts_with_its_first_and_stops_with_its_last_event() -> None:
    assert measure(HistoryBuilder().redacted()).stopped_at is None
    at_once = measure(HistoryBuilder().add("ExecutionAborted").redacted())
    assert at_once.stopped_at == 1_767_225_601_000

    running = measure(named(["ReserveStock"]).redacted())
    ended = measure(named(["ReserveStock"]).add("ExecutionSucceeded").redacted())

    assert running.stopped_at is None
    assert running.started_at == ended.started_at == 1_767_225_600_000
    assert ended.stopped_at == 1_767_225_607_000
