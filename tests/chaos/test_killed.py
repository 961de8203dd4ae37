"""A small part of `python -m tests.chaos`: workers, emulator and tables are killed under orders."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.chaos import workers
from tests.chaos.campaign import PAYMENTS_AT_MOST, Campaign, Plan
from tests.chaos.campaign_result import CampaignResult
from tests.chaos.environment import Deployment, durable_deployment
from tests.chaos.held_orders import HOLD_POINTS
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
    reconcile_now=True,
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
def result(campaign: Campaign) -> CampaignResult:
    return campaign.run()


def test_no_acknowledged_order_is_lost(result: CampaignResult) -> None:
    assert result.orders > PLAN.orders + len(HELD)
    assert result.lost == ()


def test_no_invariant_is_broken(result: CampaignResult) -> None:
    assert result.broken == ()


def test_everything_was_killed_as_planned(campaign: Campaign, result: CampaignResult) -> None:
    payments = campaign.killed["payments"]
    assert 0 < payments <= PAYMENTS_AT_MOST
    assert campaign.killed == {"payments": payments, "workers": 3, "emulator": 1, "tables": 1}


def test_at_least_one_function_was_killed_at_work(
    campaign: Campaign, result: CampaignResult
) -> None:
    assert campaign.killed_at_work > 0 or not workers.can_tell()


def test_kills_interrupted_activities(campaign: Campaign, result: CampaignResult) -> None:
    assert campaign.interrupted > 0


def test_the_emulator_was_killed_with_orders_in_several_stages(
    campaign: Campaign, result: CampaignResult
) -> None:
    [stages] = campaign.stages
    assert stages.keys() >= {"start", "compensating", "completed"}


def test_an_order_whose_execution_was_lost_is_taken_over_or_started(
    campaign: Campaign, deployment: Deployment, result: CampaignResult
) -> None:
    epochs = {order["epoch"] for order in deployment.books().orders}
    assert max(epochs) > 1


def test_a_deleted_record_is_reported_as_lost(
    campaign: Campaign, deployment: Deployment, result: CampaignResult
) -> None:
    order_id = next(iter(campaign.acknowledged.orders))
    deployment.remove_record(order_id)
    assert campaign.check().lost == (f"{order_id}: acknowledged, but missing",)
