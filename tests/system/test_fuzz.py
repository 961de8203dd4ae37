"""A short campaign of `python -m tests.fuzz` against the deployed API."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.fuzz.api_client import ApiClient
from tests.fuzz.callers import ROLE_OF, UNAUTHENTICATED
from tests.fuzz.campaign import Campaign, Plan
from tests.fuzz.canaries import Planted, leaks, planted
from tests.fuzz.contract import routes
from tests.system.environments import Environment

pytestmark = pytest.mark.proof

BY_MAIL_ONLY = {"GET /approvals/{code}", "POST /approvals/{code}"}
"""No approval e-mail is sent here, so every code is forged; the console's tests open real links."""
STUCK_ONLY = {"POST /ops/orders/{order_id}/settle"}
"""No refund is stuck here; the tests of the route have such an order."""

PLAN = Plan(examples=2, walks=5, seed=0, thinned=4)


@pytest.fixture(scope="module")
def api(deployment: Environment) -> Iterator[ApiClient]:
    """The client of this module, with its tally; the deployment's data is reset afterwards."""
    with ApiClient(deployment.state.api_url) as made:
        yield made
    deployment.json("reset")


@pytest.fixture(scope="module")
def canaries(deployment: Environment, api: ApiClient, seed: int) -> Iterator[Planted]:
    """Plant canaries in orders with every kind of end, then run the campaign."""
    with planted(deployment.state, api) as made:
        Campaign(deployment.state, replace(PLAN, seed=seed), api).run()
        yield made


@pytest.fixture(scope="module")
def texts(canaries: Planted) -> dict[str, list[str]]:
    return canaries.places.read()


def test_every_answer_is_documented_and_authorized(api: ApiClient, canaries: Planted) -> None:
    assert not api.tally.findings, api.tally.report()


def test_every_caller_called_every_route(api: ApiClient, canaries: Planted) -> None:
    called = {(label, caller) for label, caller, _ in api.tally.answers}
    every_caller = {*ROLE_OF, *UNAUTHENTICATED}
    assert called >= {(route.label, name) for route in routes() for name in every_caller}


def test_every_route_succeeded_at_least_once(api: ApiClient, canaries: Planted) -> None:
    well = {label for label, _, status in api.tally.answers if status < 400}
    assert well == {route.label for route in routes()} - BY_MAIL_ONLY - STUCK_ONLY


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


def test_the_task_tokens_are_in_the_histories_of_the_service(
    texts: dict[str, list[str]], canaries: Planted
) -> None:
    tokens = [canary.text for canary in canaries.canaries if canary.kind == "task token"]
    histories = "\n".join(texts["histories"])
    assert len(tokens) == len(canaries.ends)
    assert all(token in histories for token in tokens)


def test_no_canary_appears_where_it_is_forbidden(
    texts: dict[str, list[str]], canaries: Planted
) -> None:
    assert not list(leaks(texts, canaries.canaries))


def test_every_place_was_searched_for_the_canaries_orders(
    texts: dict[str, list[str]], canaries: Planted
) -> None:
    for place in ("logs", "histories", "timelines", "answers", "events"):
        everything = "\n".join(texts[place])
        assert all(order_id in everything for order_id in canaries.ends), place
