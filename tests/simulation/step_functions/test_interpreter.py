"""The interpreter takes the definition as it is, and nothing that it does not understand."""

from typing import Any

import pytest

from tests.simulation.step_functions.definition import Unsupported, check, order_workflow
from tests.simulation.step_functions.interpreter import (
    EngineServices,
    Invoke,
    Sleep,
    StateFailed,
    walk,
)
from tests.simulation.step_functions.journal import Journal

SERVICES = EngineServices(lambda: "token", lambda: 1.0, Journal())


@pytest.mark.parametrize(
    "state",
    [
        {"Type": "Map"},
        {"Type": "Pass", "InputPath": "$.next"},
        {"Type": "Wait", "Seconds": 5},
        {"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage"},
        {"Type": "Task", "Catch": [{"ErrorEquals": ["States.ALL"], "Assign": {}}]},
    ],
)
def test_refuses_what_it_does_not_interpret(state: dict[str, Any]) -> None:
    with pytest.raises(Unsupported):
        check({"Odd": state})


def test_retries_with_backoff_up_to_its_limit_and_then_catches() -> None:
    states = order_workflow()["States"]
    steps = walk({"StartAt": "ReserveStock", "States": states}, {"order_id": "O1"}, SERVICES)
    waits, attempts = [], []
    command = next(steps)
    while isinstance(command, Invoke) and command.function == "ReserveStock":
        attempts.append(command.payload["attempt"])
        following = steps.throw(StateFailed("StoreUnavailable"))
        if isinstance(following, Sleep):
            waits.append(following.milliseconds)
            following = next(steps)
        command = following

    assert attempts == [0, 1, 2, 3, 4]
    assert waits == [1000, 2000, 4000, 8000, 5000]
    assert isinstance(command, Invoke)
    assert command.function == "ApplySignals"
    assert command.payload["task"]["failure"]["Error"] == "StoreUnavailable"


def test_pauses_longer_after_every_failure_until_it_hands_the_order_over() -> None:
    pauses: list[int] = []

    with pytest.raises(StateFailed, match="OrderInterrupted"):
        fail_for_ever(pauses)

    assert pauses == list(range(5, 306, 5))


def fail_for_ever(pauses: list[int]) -> None:
    """Walk from ApplySignals on, which always fails; notes the seconds of every pause."""
    states = order_workflow()["States"]
    steps = walk({"StartAt": "ApplySignals", "States": states}, {"order_id": "O1"}, SERVICES)
    command = next(steps)
    while True:
        if isinstance(command, Sleep):
            pauses.append(command.milliseconds // 1000)
            command = next(steps)
        command = steps.throw(StateFailed("SomethingNew"))
