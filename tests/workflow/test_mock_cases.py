"""The mock cases: complete, and walked on the emulator, as executions and state by state."""

import json
from collections.abc import Iterator

import pytest

from statemachine.mock_cases import CONFIGURATION, PATHS, mock_cases
from statemachine.substitute import substitute
from tests.parity.emulators import Emulator, emulator
from tests.support import definition
from tests.workflow.histories import main_path
from tools.aws.verify.state_checks import MockedStates

CASES = {case.name: case for case in mock_cases()}
CONFIGURED = json.loads(CONFIGURATION.read_text())
ENRICHED = {"FetchInventorySnapshot", "FetchCustomerProfile", "FetchRecommendations"}
FAILING = ("OrderFailed", "OrderInterrupted", "OrderNotFound")


def test_every_path_has_its_case() -> None:
    assert set(json.loads(PATHS.read_text())) == set(CASES)


@pytest.mark.parametrize("name", CASES)
def test_every_task_on_the_way_is_mocked_and_no_other(name: str) -> None:
    case, tasks = CASES[name], set(definition.tasks(definition.load()))
    way = set(case.path) | (ENRICHED if "EnrichOrder" in case.path else set())

    assert set(case.responses) == way & tasks


def test_every_response_is_used_and_every_used_one_exists() -> None:
    cases = CONFIGURED["StateMachines"]["OrderWorkflow"]["TestCases"]
    used = {response for case in cases.values() for response in case.values()}

    assert used == set(CONFIGURED["MockedResponses"])


@pytest.fixture(scope="module")
def machine() -> Iterator[tuple[Emulator, str]]:
    """The embedded emulator with the mock file, and the committed definition on it."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("SFN_MOCK_CONFIG", str(CONFIGURATION))
        environment.setenv("SFN_WAIT_SCALE", "0")
        with emulator() as running:
            made = running.client("stepfunctions").create_state_machine(
                name="OrderWorkflow",
                definition=substitute(),
                roleArn="arn:aws:iam::000000000000:role/any",
            )
            yield running, made["stateMachineArn"]


@pytest.mark.parametrize("name", CASES)
def test_an_execution_takes_the_path_of_the_case(name: str, machine: tuple[Emulator, str]) -> None:
    engine, arn = machine
    case = CASES[name]

    execution = engine.start(f"{arn}#{name}", case.input, name=name)
    ended = engine.ended(execution)

    path = main_path(engine.events(execution))
    assert path == case.path
    assert ended["status"] == ("FAILED" if path[-1] in FAILING else "SUCCEEDED")


def test_its_states_take_the_path_one_at_a_time(machine: tuple[Emulator, str]) -> None:
    client = machine[0].client("stepfunctions")
    tested = MockedStates(client, json.loads(substitute()))

    for case in CASES.values():
        tested.require_path(case)
