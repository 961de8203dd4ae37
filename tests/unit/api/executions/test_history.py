"""The categories of an execution's events, and what is left out of them."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest

from lambdas.executions.history import STATES, Category, HistoryEvent, redact
from tests.support.definition import load, scopes


def entered(number: int, state: str, previous: int | None = None) -> dict[str, Any]:
    event = {"id": number, "type": "TaskStateEntered", "stateEnteredEventDetails": {"name": state}}
    return event if previous is None else {**event, "previousEventId": previous}


def scheduled(number: int, previous: int | None = None) -> dict[str, Any]:
    event = {"id": number, "type": "TaskScheduled", "taskScheduledEventDetails": {"region": "x"}}
    return event if previous is None else {**event, "previousEventId": previous}


def test_every_state_of_the_definition_has_exactly_one_category() -> None:
    defined = [name for scope, _ in scopes(load()) for name in scope["States"]]
    known = [name for names in STATES.values() for name in names]

    assert sorted(known) == sorted(defined)


def test_every_category_has_states() -> None:
    assert set(STATES) == set(Category)


@pytest.mark.parametrize(
    ("events", "categories"),
    [
        (
            (
                *(entered(1, "FetchCustomerProfile"), entered(2, "ReserveStock")),
                *(scheduled(3, previous=1), scheduled(4, previous=2)),
            ),
            ["enrichment", "reserve", "enrichment", "reserve"],
        ),
        ((entered(1, "ProcessPayment"), scheduled(2), scheduled(3)), ["payment"] * 3),
        (
            (
                {"id": 1, "type": "ExecutionStarted"},
                entered(2, "AwaitSignal", previous=1),
                {"id": 3, "type": "ExecutionAborted", "previousEventId": 2},
            ),
            ["lifecycle", "approval-loop", "lifecycle"],
        ),
        ((entered(1, "StateOfTomorrow"),), ["lifecycle"]),
    ],
    ids=["by its previous event", "without one", "beginning and end", "another version"],
)
def test_an_event_has_the_category_of_its_state(
    events: Sequence[dict[str, Any]], categories: list[str]
) -> None:
    assert [event.category.value for event in redact(events)] == categories


@pytest.mark.parametrize(
    "details",
    [
        {"taskFailedEventDetails": {"error": "alice@example.com said no", "cause": "secret"}},
        {"taskSucceededEventDetails": {"output": "secret"}},
        {"taskSubmittedEventDetails": None},
        {"stateEnteredEventDetails": {"name": "x" * 81}},
    ],
)
def test_what_is_no_plain_name_is_not_shown(details: dict[str, Any]) -> None:
    [event] = redact([{"id": 1, "type": "TaskFailed", **details}])

    assert event == HistoryEvent(
        id=1,
        type="TaskFailed",
        at=None,
        state=None,
        within=None,
        error=None,
        decision=None,
        category=Category.LIFECYCLE,
    )


@pytest.mark.parametrize(
    ("state", "output", "decision"),
    [
        ("ApplySignals", '{"order_id": "O1", "next": {"decision": "expire"}}', "expire"),
        ("ApplySignals", '{"next": {"decision": "alice@example.com"}}', None),
        ("ApplySignals", '{"next": "pay"}', None),
        ("ApplySignals", '["pay"]', None),
        ("ApplySignals", "no json", None),
        # These received the decision of an earlier state.
        ("RouteDecision", '{"next": {"decision": "pay"}}', None),
        ("ProcessPayment", '{"next": {"decision": "pay"}}', None),
        ("CloseOrder", '{"next": {"decision": "pay"}}', None),
    ],
)
def test_of_the_output_of_a_state_only_its_own_known_decision_is_shown(
    state: str, output: str, decision: str | None
) -> None:
    details = {"stateExitedEventDetails": {"name": state, "output": output}}
    [event] = redact([{"id": 1, "type": "TaskStateExited", **details}])

    assert event.decision == decision


@pytest.mark.parametrize("error", ["PaymentDeclined", "States.Timeout", "Lambda.Unknown"])
def test_the_name_of_an_error_is_shown(error: str) -> None:
    [event] = redact([{"id": 1, "type": "TaskFailed", "taskFailedEventDetails": {"error": error}}])

    assert event.error == error


@pytest.mark.parametrize(
    "timestamp",
    [datetime(2026, 1, 1, 0, 0, 0, 5000, tzinfo=UTC), datetime(2026, 1, 1, 0, 0, 0, 5000)],  # noqa: DTZ001
)
def test_instants_are_kept_to_the_millisecond(timestamp: datetime) -> None:
    [event] = redact([{"id": 1, "type": "ExecutionStarted", "timestamp": timestamp}])

    assert event.at == 1_767_225_600_005
