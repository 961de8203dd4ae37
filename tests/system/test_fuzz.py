"""The deployed API against strangers, mischief and made-up requests; no secret comes out again.

A small portion of `python -m tests.fuzz`, which does the same for longer.
"""

from collections.abc import Iterator

import pytest

from tests.fuzz.callers import ROLE_OF, STRANGERS
from tests.fuzz.campaign import Campaign, Plan
from tests.fuzz.canaries import Planted, leaks, planted, with_leak
from tests.fuzz.contract import routes
from tests.fuzz.desk import Desk
from tests.system.environments import Environment

pytestmark = pytest.mark.slow

BY_MAIL_ONLY = {"GET /approvals/{code}", "POST /approvals/{code}"}
"""Nobody is asked by mail here, so every code is forged; the console's tests open real links."""

PLAN = Plan(examples=2, journeys=5, seed=20, thinned=4)


@pytest.fixture(scope="module")
def desk(deployment: Environment) -> Iterator[Desk]:
    """What was sent and answered in this module; the deployment's data is fresh afterwards."""
    with Desk(deployment.state.api_url) as made:
        yield made
    deployment.json("reset")


@pytest.fixture(scope="module")
def canaries(deployment: Environment, desk: Desk) -> Iterator[Planted]:
    """Canaries in orders that ended in every way, and in all that the campaign does after them."""
    with planted(deployment.state, desk) as made:
        Campaign(deployment.state, PLAN, desk).run()
        yield made


@pytest.fixture(scope="module")
def told(canaries: Planted) -> dict[str, list[str]]:
    return canaries.places.read()


def test_every_answer_is_documented_and_from_behind_the_right_door(
    desk: Desk, canaries: Planted
) -> None:
    assert not desk.tally.findings, desk.tally.told()


def test_every_route_was_asked_by_everybody(desk: Desk, canaries: Planted) -> None:
    asked = {(label, caller) for label, caller, _ in desk.tally.answers}
    everybody = {*ROLE_OF, *STRANGERS}
    assert asked >= {(route.label, name) for route in routes() for name in everybody}


def test_every_route_was_answered_well_at_least_once(desk: Desk, canaries: Planted) -> None:
    well = {label for label, _, status in desk.tally.answers if status < 300}
    assert well == {one.label for one in routes()} - BY_MAIL_ONLY


def test_the_canaries_lived_in_orders_that_ended_in_every_way(canaries: Planted) -> None:
    assert sorted(canaries.ends.values()) == [
        "cancelled",
        "cancelled",
        "completed",
        "failed",
        "failed",
    ]


def test_the_canary_address_got_the_mails(canaries: Planted) -> None:
    mails = [mail for mail in canaries.places.mails() if canaries.email in mail]
    assert len(mails) == len(canaries.ends)


def test_the_task_tokens_are_told_where_the_service_itself_tells_them(
    told: dict[str, list[str]], canaries: Planted
) -> None:
    tokens = [canary.text for canary in canaries.canaries if canary.kind == "task token"]
    histories = "\n".join(told["histories"])
    assert len(tokens) == len(canaries.ends)
    assert all(token in histories for token in tokens)


def test_no_canary_is_told_anywhere(told: dict[str, list[str]], canaries: Planted) -> None:
    assert not list(leaks(told, canaries.canaries))


def test_every_place_told_something_of_the_canaries_orders(
    told: dict[str, list[str]], canaries: Planted
) -> None:
    for place in ("logs", "histories", "timelines", "answers", "events"):
        everything = "\n".join(told[place])
        assert all(order_id in everything for order_id in canaries.ends), place


@pytest.mark.parametrize("place", ["logs", "histories", "timelines", "answers", "queues", "events"])
def test_a_canary_in_any_place_would_be_seen(
    told: dict[str, list[str]], canaries: Planted, place: str
) -> None:
    leaking = with_leak(told, place, f'{{"to": "{canaries.email}"}}')
    found = list(leaks(leaking, canaries.canaries))
    assert len(found) == 1
    assert found[0].startswith(f"{place} tell the e-mail address")
    assert canaries.email not in found[0]
