"""Approval limits over HTTP: refusals that name the limit, and the progress of two approvals."""

import pytest

from lambdas.domain.record.order import Order
from lambdas.domain.record.signals import Outcome
from lambdas.domain.signals.limits import ApprovalLimits
from tests.support.api_caller import ALICE, APPROVER, ApiCaller, Claims, a_machine, a_person
from tests.support.world import World
from tests.unit.api.signals.sending import send, settle

CHIEF = a_person("chief1", "approver", "chief")
NEWCOMER = a_person("approver2", "approver")


@pytest.fixture
def order(world: World) -> Order:
    """An order of 600.00 EUR, of which an approver may approve 500.00, and one alone 550.00."""
    limits = ApprovalLimits.parse("approver:EUR:50000,chief:EUR:90000,board:EUR:60000", "EUR:55000")
    world.deps.approval_limits = limits
    return world.place(total=60_000)


@pytest.mark.parametrize("claims", [APPROVER, a_machine("orders/approver")])
def test_a_refusal_names_the_limit_and_who_can_approve(
    api: ApiCaller, world: World, order: Order, claims: Claims
) -> None:
    answer = send(api, order, "approve-payment", claims)

    assert answer.status == 403
    assert answer.json["type"].endswith("above-limit")
    assert answer.json["detail"] == (
        "The total of 600.00 EUR is above your limit of 500.00 EUR; "
        "it can be approved by: board, chief."
    )
    assert world.now(order).inbox == ()


def test_an_approval_up_to_the_limit_records_its_terms(
    api: ApiCaller, world: World, order: Order
) -> None:
    largest = world.place(total=90_000)
    assert send(api, largest, "approve-payment", CHIEF).status == 202

    [approval] = world.now(largest).inbox
    assert (approval.limit_minor, approval.alone_minor) == (90_000, 55_000)


def test_the_first_of_two_approvers_cannot_be_the_second(
    api: ApiCaller, world: World, order: Order
) -> None:
    first = send(api, order, "approve-payment", CHIEF, key="one")
    settle(world, order, Outcome.FIRST_APPROVAL)

    assert send(api, order, "approve-payment", CHIEF, key="two").status == 403
    again = send(api, order, "approve-payment", CHIEF, key="one")
    assert (again.status, again.json["signal_id"]) == (first.status, "one")
    assert again.json["outcome"] == "applied: waiting for a second approver"


@pytest.mark.parametrize(("claims", "names"), [(NEWCOMER, ["chief1"]), (ALICE, [])])
def test_an_order_shows_its_approvals_so_far(
    api: ApiCaller, world: World, order: Order, claims: Claims, names: list[str]
) -> None:
    send(api, order, "approve-payment", CHIEF)
    settle(world, order, Outcome.FIRST_APPROVAL)

    found = api.get(f"/orders/{order.order_id}", claims).json

    assert found["approvals"] == {"given": 1, "needed": 2}
    assert found["approved_by"] == names
    assert found["stage"] == "awaiting-approval"


def test_a_repeated_approval_keeps_its_answer_after_the_limits_were_lowered(
    api: ApiCaller, world: World, order: Order
) -> None:
    send(api, order, "approve-payment", CHIEF, key="one")
    world.deps.approval_limits = ApprovalLimits.parse("chief:EUR:1", "")

    assert send(api, order, "approve-payment", CHIEF, key="one").status == 202
