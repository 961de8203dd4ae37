"""A small part of `python -m tests.chaos`: workers, emulator and tables are killed under orders."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.chaos import workers
from tests.chaos.campaign import PAYMENTS_AT_MOST, Campaign, Plan
from tests.chaos.environment import Deployment, durable_deployment
from tests.chaos.held_orders import HOLD_POINTS
from tests.chaos.verdict import Verdict
from tests.dynamodb_local.server import why_not

pytestmark = pytest.mark.proof

HELD = ("ended: completed", "charged, unanswered", "about to refund", "start lost")
_BY_NAME = {point.name: point for point in HOLD_POINTS}
PLAN = Plan(
    seed=0,
    orders=6,
    worker_kills=3,
    emulator_kills=1,
    table_kills=1,
    hold_points=tuple(_BY_NAME[name] for name in HELD),
    hurry=True,
)


@pytest.fixture(scope="module")
def deployment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    """A deployment whose tables are on disk. Without DynamoDB Local the tests are skipped."""
    reason = why_not()
    if reason:
        pytest.skip(f"DynamoDB Local was not run: {reason}")
    with durable_deployment(tmp_path_factory.mktemp("chaos")) as made:
        yield made


@pytest.fixture(scope="module")
def campaign(deployment: Deployment, seed: int) -> Campaign:
    """The campaign, before its run."""
    return Campaign(deployment, replace(PLAN, seed=seed))


@pytest.fixture(scope="module")
def verdict(campaign: Campaign) -> Verdict:
    return campaign.run()


def test_no_acknowledged_order_is_lost(verdict: Verdict) -> None:
    assert verdict.orders > PLAN.orders + len(HELD)
    assert verdict.lost == ()


def test_no_invariant_is_broken(verdict: Verdict) -> None:
    assert verdict.broken == ()


def test_everything_was_killed_as_planned(campaign: Campaign, verdict: Verdict) -> None:
    payments = campaign.killed["payments"]
    assert 0 < payments <= PAYMENTS_AT_MOST
    assert campaign.killed == {"payments": payments, "workers": 3, "emulator": 1, "tables": 1}


def test_at_least_one_function_was_killed_at_work(campaign: Campaign, verdict: Verdict) -> None:
    assert campaign.struck > 0 or not workers.can_tell()


def test_kills_interrupted_activities(campaign: Campaign, verdict: Verdict) -> None:
    assert campaign.interrupted > 0


def test_the_emulator_was_killed_with_orders_in_several_stages(
    campaign: Campaign, verdict: Verdict
) -> None:
    [stages] = campaign.stages
    assert stages.keys() >= {"start", "compensating", "completed"}


def test_an_order_whose_execution_was_lost_is_taken_over_or_started(
    campaign: Campaign, deployment: Deployment, verdict: Verdict
) -> None:
    epochs = {order["epoch"] for order in deployment.books().orders}
    assert max(epochs) > 1


def test_a_deleted_record_is_reported_as_lost(
    campaign: Campaign, deployment: Deployment, verdict: Verdict
) -> None:
    order_id = next(iter(campaign.acknowledged.orders))
    deployment.remove_record(order_id)
    assert campaign.verdict().lost == (f"{order_id}: acknowledged, but missing",)
