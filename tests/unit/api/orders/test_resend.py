"""Sending the e-mail of an ended order again: at most one e-mail for each request."""

import json
from dataclasses import replace

import pytest

from lambdas.activities.notification import send_order_confirmation
from lambdas.domain.errors import MailRejected, MailUnsettled, NotifierUnavailable, OrderError
from lambdas.domain.mail.claims import CLAIM_LIFETIME_MS, claim_mail
from lambdas.domain.mail.resends import MAX_RESENDS
from lambdas.domain.record.ledger import MAIL_CONFIRMATION, EffectState
from lambdas.domain.record.order import Order
from lambdas.domain.record.stages import ENDS, Stage
from tests.support.api_caller import OPERATOR, Answer, ApiCaller
from tests.support.builders import a_customer
from tests.support.fakes.fake_directories import FakeCustomers
from tests.support.telemetry import captured_log
from tests.support.world import World

AGAIN = "mail-confirmation-2"


@pytest.fixture
def order(world: World) -> Order:
    """A completed order whose confirmation was sent."""
    placed = world.place(Stage.COMPLETED)
    world.run(send_order_confirmation, placed)
    world.notifier.sent.clear()
    return world.now(placed)


def resend(api: ApiCaller, order: Order, key: str | None = "key-1") -> Answer:
    headers = {"Idempotency-Key": key} if key else {}
    return api.post(f"/ops/orders/{order.order_id}/resend", None, OPERATOR, headers=headers)


def kinds(world: World, order: Order) -> list[str]:
    return [event.kind for event in world.store.timeline(order.order_id)]


def test_a_confirmation_is_sent_again_in_the_customers_language_and_recorded(
    api: ApiCaller, world: World, order: Order
) -> None:
    world.deps.customers = FakeCustomers([replace(a_customer(), language="de")])
    answers: list[Answer] = []

    assert world.reads(lambda: answers.append(resend(api, order))) == 1

    [answer] = answers

    assert answer.status == 200
    assert (answer.json["mail"], answer.json["state"]) == (AGAIN, "done")
    [mail] = world.notifier.sent
    assert mail.subject == f"Ihre Bestellung {order.order_id} ist bestätigt"
    assert (mail.to, mail.tags) == ("alice@example.com", (order.order_id, AGAIN))
    effect = world.now(order).ledger[AGAIN]
    assert (effect.state, effect.requested_by) == (EffectState.DONE, OPERATOR["sub"])
    assert kinds(world, order)[-2:] == ["mail-resend-requested", f"{AGAIN}-sent"]
    assert world.store.timeline(order.order_id)[-2].detail == {"mail": AGAIN}


def test_the_intent_is_recorded_before_the_e_mail_is_sent(
    api: ApiCaller, world: World, order: Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[EffectState] = []
    monkeypatch.setattr(
        world.notifier, "send", lambda *_: seen.append(world.now(order).ledger[AGAIN].state)
    )

    resend(api, order)

    assert seen == [EffectState.INTENT]


def test_a_repeated_request_sends_no_second_e_mail(
    api: ApiCaller, world: World, order: Order
) -> None:
    first = resend(api, order)
    assert world.reads(lambda: resend(api, order)) == 1
    world.notifier.suppressed["alice@example.com"] = "bounce"

    assert resend(api, order).json == first.json
    assert len(world.notifier.sent) == 1


def test_each_new_request_sends_an_e_mail_until_there_are_too_many(
    api: ApiCaller, world: World, order: Order
) -> None:
    for _ in range(MAX_RESENDS):
        assert resend(api, order, key=None).status == 200

    refused = resend(api, order, key=None)

    assert (refused.status, refused.json["type"].rpartition(":")[2]) == (409, "mail-not-due")
    assert len(world.notifier.sent) == MAX_RESENDS


@pytest.mark.parametrize("stage", [Stage.CANCELLED, Stage.FAILED])
def test_an_order_that_was_not_completed_gets_its_cancellation(
    api: ApiCaller, world: World, stage: Stage
) -> None:
    order = world.place(stage)

    assert resend(api, order).json["mail"] == "mail-cancellation"
    assert "was not completed" in world.notifier.sent[0].body


@pytest.mark.parametrize("stage", sorted(set(Stage) - ENDS - {Stage.NOTIFY}))
def test_an_open_order_has_no_e_mail_to_send_again(
    api: ApiCaller, world: World, stage: Stage
) -> None:
    answer = resend(api, world.place(stage))

    assert (answer.status, answer.json["stage"]) == (409, stage)
    assert world.notifier.sent == []


def test_an_e_mail_that_was_never_sent_is_not_sent_by_the_workflow_as_well(
    api: ApiCaller, world: World
) -> None:
    order = world.place(Stage.COMPLETED)
    assert resend(api, order).json["mail"] == MAIL_CONFIRMATION

    world.run(send_order_confirmation, order)

    assert len(world.notifier.sent) == 1


@pytest.mark.parametrize("reason", ["bounce", "complaint"])
def test_a_suppressed_address_is_refused_with_advice_and_without_the_address(
    api: ApiCaller, world: World, order: Order, reason: str
) -> None:
    world.notifier.suppressed["alice@example.com"] = reason

    with captured_log() as log:
        answer = resend(api, order)

    assert (answer.status, answer.json["type"].rpartition(":")[2]) == (409, "address-suppressed")
    assert reason in answer.json["detail"]
    assert "suppression list" in answer.json["advice"]
    assert "example.com" not in json.dumps(answer.json) + log.getvalue()
    assert (world.notifier.sent, AGAIN in world.now(order).ledger) == ([], False)


def test_a_customer_without_an_address_is_refused(
    api: ApiCaller, world: World, order: Order
) -> None:
    world.deps.customers = FakeCustomers([replace(a_customer(), email="")])

    answer = resend(api, order)

    assert (answer.status, answer.json["detail"]) == (409, "The customer has no e-mail address.")


@pytest.mark.parametrize(
    ("error", "status"), [(NotifierUnavailable("later"), 503), (MailRejected("never"), 409)]
)
def test_an_e_mail_that_was_certainly_not_sent_is_sent_by_the_repeated_request(
    api: ApiCaller, world: World, order: Order, error: OrderError, status: int
) -> None:
    world.notifier.failures = [error]
    answers: list[Answer] = []
    assert world.reads(lambda: answers.append(resend(api, order))) == 1
    assert answers[0].status == status
    assert world.now(order).ledger[AGAIN].error == type(error).__name__

    assert resend(api, order).json["state"] == "done"
    assert kinds(world, order).count("mail-resend-requested") == 1


def test_an_e_mail_whose_answer_is_missing_is_sent_again_by_a_new_request_only(
    api: ApiCaller, world: World, order: Order
) -> None:
    world.notifier.failures = [MailUnsettled("no answer")]

    first, again = resend(api, order), resend(api, order)
    assert (first.status, first.json["state"], first.json["error"]) == (
        *(202, "intent"),
        "MailUnsettled",
    )
    assert again.json == first.json

    assert resend(api, order, "key-2").json["mail"] == "mail-confirmation-3"
    assert len(world.notifier.sent) == 1


def test_no_second_e_mail_is_sent_while_the_workflow_sends_the_first(
    api: ApiCaller, world: World
) -> None:
    order = world.place(Stage.COMPLETED)
    claim = claim_mail(order, world.clock.now(), MAIL_CONFIRMATION, "workflow")
    assert claim is not None
    world.store.put(claim.after)

    assert resend(api, order).status == 409

    world.clock.advance(CLAIM_LIFETIME_MS / 1000)
    assert resend(api, order).json["mail"] == AGAIN


@pytest.mark.parametrize(
    ("failures", "state"), [([], EffectState.DONE), ([MailRejected("never")], EffectState.UNDONE)]
)
def test_the_result_is_recorded_on_what_another_writer_left(
    api: ApiCaller, world: World, order: Order, failures: list[OrderError], state: EffectState
) -> None:
    world.notifier.failures = [*failures]  # a second run has them, too
    world.store.before_write = [lambda: None, lambda: world.another_write(order)]

    resend(api, order)

    assert world.now(order).ledger[AGAIN].state is state
    assert world.now(order).last_heartbeat_at is not None


def test_two_requests_at_once_send_one_e_mail(api: ApiCaller, world: World, order: Order) -> None:
    world.store.before_write = [lambda: resend(api, order)]

    assert resend(api, order).status == 200
    assert len(world.notifier.sent) == 1


def test_an_attempt_that_was_abandoned_is_recorded_as_unsettled(
    api: ApiCaller, world: World, order: Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "lambdas.services.mail_resend.MailResend._send", lambda _, order, *__: order
    )
    assert resend(api, order).json["error"] is None
    monkeypatch.undo()
    world.clock.advance(CLAIM_LIFETIME_MS / 1000)

    assert resend(api, order).json["error"] == "MailUnsettled"
    assert world.notifier.sent == []
