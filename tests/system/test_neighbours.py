"""Orders whose inventory, customers and subscriber are other services, on the emulator."""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from local.host.processes import end
from local.host.programs import END_SECONDS, Program, start_program
from local.host.waiting import wait_until
from local.scenario_runner.runner import ScenarioRunner
from local.scenario_runner.scenario import read_scenarios
from local.services.credentials import TOKEN
from tests.system.environments import SHORT_TIMES, Environment, deployed

pytestmark = pytest.mark.proof
PLAYED = ("happy-path", "cancel-while-waiting", "add-item-without-stock")
EXAMPLES = ("--inventory", "example", "--customers", "example")


@pytest.fixture(scope="module")
def subscriber(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    """A subscriber that the test started; it answers 500 to the first event."""
    folder = tmp_path_factory.mktemp("subscriber")
    options = ["subscriber", "--database", str(folder / "events.sqlite"), "--refuse", "1"]
    program = start_program("subscriber", "local.services", options, log=folder / "events.log")
    yield program
    end(program.process, patience_seconds=END_SECONDS)


@pytest.fixture(scope="module")
def environment(
    tmp_path_factory: pytest.TempPathFactory, subscriber: Program
) -> Iterator[Environment]:
    up = (*SHORT_TIMES, *EXAMPLES, "--subscriber", subscriber.url)
    with deployed(tmp_path_factory.mktemp("neighbours"), up) as made:
        yield made


def get(url: str) -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {TOKEN}"}
    answer = httpx.get(url, headers=headers, timeout=60, trust_env=False)
    found: dict[str, Any] = answer.raise_for_status().json()
    return found


def test_orders_end_with_stock_profile_and_events_at_other_services(
    environment: Environment, subscriber: Program
) -> None:
    state = environment.state
    chosen = [one for one in read_scenarios() if one.name in PLAYED]
    runner = ScenarioRunner(state, jobs=len(chosen), on_progress=lambda scenario, step: None)

    played = runner.run(chosen)

    assert not played.violations
    assert [one.scenario for one in played.scenarios if not one.passed] == []
    ids = {one.scenario: one.order_ids["order"] for one in played.scenarios}
    inventory = state.service_urls["inventory"]
    states = {name: get(f"{inventory}/reservations/{ids[name]}")["state"] for name in PLAYED}
    assert states == {
        "happy-path": "sold",
        "cancel-while-waiting": "released",
        "add-item-without-stock": "sold",
    }
    for order_id in ids.values():
        expected = timeline(state.api_url, state.tokens["operator"], order_id)
        assert received(subscriber.url, order_id, len(expected)) == expected
    assert get(subscriber.url)["refused"] == 1


def received(url: str, order_id: str, count: int) -> list[tuple[int, str]]:
    """The events of an order in the order of their handling, when there are `count` of them."""

    def events() -> list[tuple[int, str]]:
        found = get(url)["events"]
        return [(one["sequence"], one["kind"]) for one in found if one["order_id"] == order_id]

    wait_until(lambda: len(events()) >= count, lambda: json.dumps(events()))
    return events()


def timeline(api_url: str, token: str, order_id: str) -> list[tuple[int, str]]:
    headers = {"Authorization": f"Bearer {token}"}
    url = f"{api_url}/orders/{order_id}/timeline"
    events = httpx.get(url, headers=headers, timeout=60, trust_env=False).json()["events"]
    return [(event["sequence"], event["kind"]) for event in events]
