"""Durations, counts and retries of an execution."""

from lambdas.executions.history import Category
from lambdas.executions.metrics import Share, measure
from tests.support.execution_histories import HistoryBuilder, named


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
