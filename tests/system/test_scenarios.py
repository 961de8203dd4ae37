"""Every scenario in local/scenarios has the expected end and path, and violates no invariant."""

from collections.abc import Mapping
from pathlib import Path

import httpx
import pytest

from local.host.folders import Folders
from local.localstripe.program import PROGRAM
from local.scenario_runner.result import ScenarioResult
from local.scenario_runner.scenario import Scenario, read_scenarios
from tests.system.environments import Environment

COMPLETED = ("completed",)
CLASSIFIED: Mapping[str, tuple[str, ...]] = {
    "happy-path": COMPLETED,
    "add-item-then-approve": COMPLETED,
    "stale-approval": COMPLETED,
    "cancel-while-waiting": ("cancelled",),
    "deadline-passes": ("expired",),
    "lost-doorbell": COMPLETED,
    "lost-token": COMPLETED,
    "payment-declined": ("rejected",),
    "payment-flaky": COMPLETED,
    "payment-answer-lost": COMPLETED,
    "cancel-during-payment": ("cancelled",),
    "out-of-stock": ("rejected",),
    "add-item-without-stock": COMPLETED,
    "recommendations-down": COMPLETED,
    "confirmation-mail-fails": COMPLETED,
    "execution-stopped": ("infrastructure", "compensated"),
    "version-1-beside-2": COMPLETED,
    "declined-by-the-approver": ("declined",),
    "authentication-required": ("rejected",),
    "pending-then-paid": COMPLETED,
    "pending-then-cancelled": ("cancelled",),
    "refund-fails-after-the-end": ("cancelled",),
    "reports-twice-and-out-of-order": COMPLETED,
    "partial-refund-by-hand": ("cancelled",),
    "two-approvers": COMPLETED,
    "payment-expires": ("rejected",),
}
"""The expected classification of each execution of a scenario's orders."""


@pytest.mark.proof
@pytest.mark.parametrize("scenario", read_scenarios(), ids=lambda scenario: scenario.name)
def test_the_scenario_passes(scenario: Scenario, results: dict[str, ScenarioResult]) -> None:
    result = results[scenario.name]
    problems = [*result.path_differences, *result.differences, *result.violations]
    assert not problems, "\n".join([*problems, f"seen: {result.seen_paths}"])
    assert result.ends.keys() == scenario.expect.keys()


def test_every_scenario_is_classified() -> None:
    assert [scenario.name for scenario in read_scenarios()] == list(CLASSIFIED)


@pytest.mark.proof
@pytest.mark.parametrize("scenario", read_scenarios(), ids=lambda scenario: scenario.name)
def test_the_api_classifies_executions_by_their_histories(
    scenario: Scenario, results: dict[str, ScenarioResult], short_deployment: Environment
) -> None:
    state = short_deployment.state
    signed_in = {"Authorization": f"Bearer {state.tokens['operator']}"}
    for order_id in results[scenario.name].order_ids.values():
        url = f"{state.api_url}/orders/{order_id}/history"
        history = httpx.get(url, headers=signed_in, timeout=600, trust_env=False).json()

        assert (
            tuple(execution["verdict"] for execution in history["executions"])
            == CLASSIFIED[scenario.name]
        )


@pytest.mark.proof
def test_every_scenario_passes_with_the_stripe_adapter_on_localstripe(tmp_path: Path) -> None:
    if not PROGRAM.exists():
        pytest.skip("localstripe is not installed: make localstripe")
    done = Environment(Folders(tmp_path)).run("demo", "--payments", "stripe")

    number = len(read_scenarios())
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{number} of {number} scenarios passed" in done.stdout
