"""The mock cases for Step Functions Local: complete, and walked on the embedded emulator."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from statemachine.substitute import substituted
from tests.parity.emulators import Emulator, emulator
from tests.support import definition
from tests.workflow.histories import main_path
from tests.workflow.stories.ends import (
    CANCELLED,
    CONTINUED,
    FAILED,
    FAILED_LOOP,
    LOOP,
    PAY,
    REJECTED,
    TO_WAIT,
    TO_WAIT_V1,
)

FILE = Path(__file__).parents[2] / "statemachine" / "mocks" / "MockConfigFile.json"
CONFIGURATION: dict[str, Any] = json.loads(FILE.read_text())
CASES: dict[str, dict[str, str]] = CONFIGURATION["StateMachines"]["OrderWorkflow"]["TestCases"]

ENRICHED = {"FetchInventorySnapshot", "FetchCustomerProfile", "FetchRecommendations"}
TO_PAYMENT = (*TO_WAIT, *LOOP, "ProcessPayment")
TO_COMPLETION = (*TO_PAYMENT, "UpdateOrderStatus")

PATHS: dict[str, tuple[str, ...]] = {
    "HappyPath": (*TO_WAIT, *LOOP, *PAY),
    "HappyPathV1": (*TO_WAIT_V1, *LOOP, *PAY),
    "PaymentDeclined": (*TO_PAYMENT, *REJECTED),
    "PaymentFlakyTwice": (*TO_WAIT, *LOOP, *PAY),
    "OutOfStock": (*TO_WAIT, *REJECTED),
    "ApprovalTimesOut": (*TO_WAIT, *LOOP, *CANCELLED),
    "CancelledWhileWaiting": (*TO_WAIT, *LOOP, *CANCELLED),
    "CancelledWhilePaying": (*TO_COMPLETION, *CANCELLED),
    "RecommendationsDown": (*TO_WAIT, *LOOP, *PAY),
    "CustomerUnknown": ("RouteStart", "EnrichOrder", *REJECTED),
    "OrderNotFound": ("RouteStart", "EnrichOrder", "RouteBackOff", "OrderNotFound"),
    "ConfirmationFails": (*TO_WAIT, *LOOP, *PAY, "CompletedUnconfirmed"),
    "WaitCannotBegin": (*TO_WAIT, *FAILED_LOOP, *PAY),
    "RefundStuck": (*TO_WAIT, *LOOP, *FAILED),
    "ResumedCompensation": ("RouteStart", *CANCELLED),
    "PaymentGivenUp": (*CONTINUED, *FAILED),
    "TakenOver": (*TO_WAIT, "AwaitSignal", "ApplySignals", "OrderTakenOver"),
    "Continued": (*TO_WAIT, *LOOP, "OrderInterrupted"),
    "ResumedWait": (*CONTINUED, *PAY),
    "ResumedCharge": (*CONTINUED, *PAY[1:]),
    "ResumedCompletion": (*CONTINUED, *PAY[2:]),
}
INPUT = {"order_id": "01KDVDNH000000000000000001", "epoch": 1, "version": "v2"}
INPUTS = {
    "HappyPathV1": {**INPUT, "version": "v1"},
    "ResumedCompensation": {**INPUT, "epoch": 2, "resume": "compensate"},
    "ResumedWait": {**INPUT, "epoch": 2, "resume": "wait"},
    "PaymentGivenUp": {**INPUT, "epoch": 2, "resume": "complete"},
    "ResumedCharge": {**INPUT, "epoch": 2, "resume": "complete"},
    "ResumedCompletion": {**INPUT, "epoch": 2, "resume": "complete"},
}
FAILING = ("OrderFailed", "OrderInterrupted", "OrderNotFound")


def test_every_case_has_its_path_here() -> None:
    assert set(PATHS) == set(CASES)


@pytest.mark.parametrize("case", CASES)
def test_every_task_on_the_way_is_mocked_and_no_other(case: str) -> None:
    tasks = set(definition.tasks(definition.load()))
    way = set(PATHS[case]) | (ENRICHED if "EnrichOrder" in PATHS[case] else set())

    assert set(CASES[case]) == way & tasks


def test_every_response_is_used_and_every_used_one_exists() -> None:
    used = {response for case in CASES.values() for response in case.values()}

    assert used == set(CONFIGURATION["MockedResponses"])


def test_mocked_errors_are_retried_only_where_the_case_says_so() -> None:
    """A response that throws once must throw what no Retry names, or the second attempt has no
    answer and the case would call a real function.
    """
    states = definition.states(definition.load())
    for case, mocked in CASES.items():
        for state, name in mocked.items():
            response = CONFIGURATION["MockedResponses"][name]
            if list(response) == ["0"] and "Throw" in response["0"]:
                retried = [e for r in states[state].get("Retry", ()) for e in r["ErrorEquals"]]
                assert response["0"]["Throw"]["Error"] not in retried, (case, state)


@pytest.fixture(scope="module")
def machine() -> Iterator[tuple[Emulator, str]]:
    """The embedded emulator with the mock file, and the committed definition on it."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("SFN_MOCK_CONFIG", str(FILE))
        environment.setenv("SFN_WAIT_SCALE", "0")
        with emulator() as running:
            made = running.client("stepfunctions").create_state_machine(
                name="OrderWorkflow",
                definition=substituted(),
                roleArn="arn:aws:iam::000000000000:role/any",
            )
            yield running, made["stateMachineArn"]


@pytest.mark.parametrize("case", CASES)
def test_walks_the_path_of_the_case(case: str, machine: tuple[Emulator, str]) -> None:
    engine, arn = machine

    execution = engine.start(f"{arn}#{case}", INPUTS.get(case, INPUT), name=case)
    ended = engine.ended(execution)

    path = main_path(engine.events(execution))
    assert path == PATHS[case]
    assert ended["status"] == ("FAILED" if path[-1] in FAILING else "SUCCEEDED")
