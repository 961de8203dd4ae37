"""Mailed links: what they show, to whom, and how they decide exactly once."""

from dataclasses import replace

import pytest

from lambdas.domain.mail.links import digest, new_code, signal_id
from lambdas.domain.record.order import Order
from lambdas.domain.record.signals import SignalKind
from lambdas.domain.record.stages import ENDS, Stage
from tests.support.api_caller import ALICE, APPROVER, OPERATOR, Answer, ApiCaller, Claims, a_person
from tests.support.builders import an_order_id
from tests.support.world import TOKEN, World

OTHER_APPROVER = a_person("approver2", "approver")


def give(world: World, order: Order, code: str) -> Order:
    linked = replace(order, approval_links={digest(code): "mail-approval-1"})
    world.store.put(linked)
    return linked


def approve(
    api: ApiCaller, code: str, claims: Claims | None = APPROVER, revision: int = 1
) -> Answer:
    return api.post(f"/approvals/{code}", {"revision": revision}, claims)


@pytest.fixture
def order(world: World) -> Order:
    return world.place(wait_token=TOKEN)


@pytest.fixture
def link(world: World, order: Order) -> str:
    """A code that a mail carried about the order."""
    made = new_code(order.order_id, lambda count: b"s" * count)
    give(world, order, made)
    return made


def test_the_page_of_a_link_shows_the_order_and_nothing_of_the_customer(
    api: ApiCaller, order: Order, link: str
) -> None:
    answer = api.get(f"/approvals/{link}", None)

    assert answer.status == 200
    assert answer.json == {
        "order_id": order.order_id,
        "revision": 1,
        "items": [{"sku": "COFFEE-1KG", "quantity": 2, "unit_price_minor": 1250}],
        "total": {"amount_minor": 2500, "currency": "EUR", "exponent": 2},
        "stage": "awaiting-approval",
        "approval_deadline": "2026-01-01T00:15:00.000Z",
        "link": "open",
        "outcome": None,
    }


def test_opening_a_link_changes_nothing_however_often(
    api: ApiCaller, world: World, order: Order, link: str
) -> None:
    before = world.now(order)

    for _ in range(3):
        api.get(f"/approvals/{link}", None)

    assert world.now(order) == before
    assert world.engine.rung == []


def test_an_approver_decides_and_the_execution_is_rung(
    api: ApiCaller, world: World, order: Order, link: str
) -> None:
    answer = approve(api, link)

    assert answer.status == 202
    assert answer.json["kind"] == "approve-payment"
    [signal] = world.now(order).inbox
    assert (signal.kind, signal.actor, signal.revision) == (
        SignalKind.APPROVE_PAYMENT,
        "sub-approver1",
        1,
    )
    assert world.engine.rung == [TOKEN]


def test_a_repeated_decision_of_the_same_approver_is_one_decision(
    api: ApiCaller, world: World, order: Order, link: str
) -> None:
    assert approve(api, link).json == approve(api, link).json
    assert len(world.now(order).inbox) == 1


@pytest.mark.parametrize(
    ("claims", "revision"), [(OTHER_APPROVER, 1), (APPROVER, 2)], ids=["person", "revision"]
)
def test_a_link_decides_once(
    api: ApiCaller, world: World, order: Order, link: str, claims: Claims | None, revision: int
) -> None:
    approve(api, link)

    answer = approve(api, link, claims, revision)

    assert (answer.status, answer.json["type"]) == (409, "urn:order-workflow:problem:link-used")
    assert answer.json["detail"] == "The link was used before."
    assert len(world.now(order).inbox) == 1
    assert api.get(f"/approvals/{link}", None).json["link"] == "used"


@pytest.mark.parametrize("outcome", ["applied", "stale", "superseded"])
def test_a_used_link_shows_the_outcome_of_its_approval(
    api: ApiCaller, world: World, order: Order, link: str, outcome: str
) -> None:
    approve(api, link)
    pending = api.get(f"/approvals/{link}", None).json
    world.store.put(replace(world.now(order), outcomes={signal_id(link): outcome}))
    settled = api.get(f"/approvals/{link}", None).json

    assert (pending["link"], pending["outcome"]) == ("used", None)
    assert (settled["link"], settled["outcome"]) == ("used", outcome)


@pytest.mark.parametrize(("claims", "status"), [(None, 401), (ALICE, 403), (OPERATOR, 403)])
def test_the_link_alone_decides_nothing(
    api: ApiCaller, world: World, order: Order, link: str, claims: Claims | None, status: int
) -> None:
    assert approve(api, link, claims).status == status
    assert world.now(order).inbox == ()


def test_the_requester_cannot_approve_by_mail(
    api: ApiCaller, world: World, order: Order, link: str
) -> None:
    answer = approve(api, link, a_person("alice", "approver"))

    assert answer.status == 403
    assert world.now(order).inbox == ()


@pytest.mark.parametrize("stage", sorted(ENDS | {Stage.PAYMENT, Stage.COMPENSATING}))
def test_a_link_ends_with_the_wait(api: ApiCaller, world: World, stage: Stage) -> None:
    order = world.place(stage)
    link = new_code(order.order_id, lambda count: b"s" * count)
    give(world, order, link)

    assert api.get(f"/approvals/{link}", None).json["link"] == "closed"
    assert approve(api, link).status == 409


def test_a_link_ends_with_the_deadline(
    api: ApiCaller, world: World, order: Order, link: str
) -> None:
    world.clock.advance(901)

    assert api.get(f"/approvals/{link}", None).json["link"] == "closed"
    assert approve(api, link).status == 409
    assert world.now(order).inbox == ()


def test_a_day_after_the_deadline_a_link_shows_nothing(
    api: ApiCaller, world: World, order: Order, link: str
) -> None:
    world.clock.advance(900 + 24 * 3600 + 1)

    answers = [api.get(f"/approvals/{link}", None), approve(api, link)]

    assert {(answer.status, answer.json["detail"]) for answer in answers} == {
        (410, "The link has ended with the order's wait for approval.")
    }
    assert order.order_id not in answers[0].text
    assert "MUG-RED" not in answers[0].text


@pytest.mark.parametrize("wrong", ["secret", "order", "nonsense"])
def test_a_wrong_link_does_not_tell_whether_its_order_exists(
    api: ApiCaller, order: Order, link: str, wrong: str
) -> None:
    codes = {
        "secret": new_code(order.order_id, lambda count: b"x" * count),
        "order": new_code(an_order_id(), lambda count: b"s" * count),
        "nonsense": "nonsense",
    }

    answer = api.get(f"/approvals/{codes[wrong]}", None)

    assert answer.status == 404
    assert answer.json["detail"] == "The link leads to no order."
    assert answer.json["advice"] == "Open the link of the newest e-mail."
    assert approve(api, codes[wrong]).status == 404
