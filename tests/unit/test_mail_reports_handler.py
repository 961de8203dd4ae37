"""Reports of SES: bounces and complaints are recorded on their orders, without addresses."""

from typing import Any

import pytest

from lambdas.activities.notification import request_approval, send_order_confirmation
from lambdas.domain.errors import StoreUnavailable
from lambdas.domain.record.ledger import MAIL_CONFIRMATION
from lambdas.domain.record.order import Order
from lambdas.domain.record.stages import Stage
from lambdas.handlers import mail_reports_handler
from tests.support.telemetry import captured_log, lines
from tests.support.world import World


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    made = World()
    monkeypatch.setattr(mail_reports_handler, "dependencies", lambda: made.deps)
    return made


@pytest.fixture
def order(world: World) -> Order:
    """A completed order whose confirmation was sent."""
    placed = world.place(Stage.COMPLETED)
    world.run(send_order_confirmation, placed)
    return world.now(placed)


def report(order: Order, delivery: str = "bounced", mail: str = MAIL_CONFIRMATION) -> bool:
    event: dict[str, Any] = {"order_id": [order.order_id], "mail": [mail], "delivery": delivery}
    if delivery == "bounced":
        event["bounce_type"] = "Permanent General"
    return mail_reports_handler.record(event, None)["recorded"]


def kinds(world: World, order: Order) -> list[str]:
    return [event.kind for event in world.store.timeline(order.order_id)]


def test_a_bounce_is_recorded_once_and_its_log_has_no_address(world: World, order: Order) -> None:
    with captured_log() as log:
        recorded = [report(order) for _ in range(2)]

    assert recorded == [True, False]
    assert world.now(order).ledger[MAIL_CONFIRMATION].delivery == "bounced"
    bounced = world.store.timeline(order.order_id)[-1]
    assert (bounced.kind, bounced.stage) == ("mail-confirmation-bounced", Stage.NOTIFY)
    assert bounced.detail == {"type": "Permanent General"}
    assert kinds(world, order).count("mail-confirmation-bounced") == 1
    logged = lines(log.getvalue())
    about = {"order_id": order.order_id, "mail": MAIL_CONFIRMATION, "delivery": "bounced"}
    assert logged[0].items() >= {"message": "e-mail reported", **about}.items()
    assert [line["recorded"] for line in logged] == [True, False]
    assert "@" not in log.getvalue()


def test_a_complaint_replaces_a_bounce_and_nothing_replaces_a_complaint(
    world: World, order: Order
) -> None:
    assert [report(order, one) for one in ("bounced", "complained", "bounced")] == [
        *(True, True, False)
    ]
    assert world.now(order).ledger[MAIL_CONFIRMATION].delivery == "complained"
    assert world.store.timeline(order.order_id)[-1].detail == {}


def test_a_report_about_a_waiting_order_leaves_its_next_check(world: World) -> None:
    world.ask_by_mail()
    order = world.place()
    world.clock.advance(15)
    world.run(request_approval, order)
    before = world.now(order)
    world.clock.advance(60)

    assert report(order, mail="mail-approval-1")

    after = world.now(order)
    assert (after.next_check_at, after.stage) == (before.next_check_at, before.stage)
    assert world.store.timeline(order.order_id)[-1].stage == Stage.AWAITING_APPROVAL


@pytest.mark.parametrize("mail", ["mail-cancellation", "unknown"])
def test_a_report_about_an_e_mail_that_the_order_does_not_have_changes_nothing(
    world: World, order: Order, mail: str
) -> None:
    assert not report(order, mail=mail)
    assert world.now(order) == order


def test_a_report_about_an_unknown_order_is_ignored(world: World) -> None:
    event = {"order_id": ["O"], "mail": [MAIL_CONFIRMATION], "delivery": "complained"}

    assert mail_reports_handler.record(event, None) == {"recorded": False}


def test_a_report_that_cannot_be_written_is_repeated(world: World, order: Order) -> None:
    world.store.unavailable = True

    with pytest.raises(StoreUnavailable):
        report(order)
