"""Timeline events that are notes on META."""

from dataclasses import replace
from typing import Any

import pytest

from lambdas.adapters.orders.event_notes import NOTES, event_of, sort_events, timeline_of
from lambdas.adapters.orders.order_records import event_record, to_record
from lambdas.domain.mail.claims import claim_mail, record_mail_sent
from lambdas.domain.record.changes import Event
from lambdas.domain.record.order import Order
from lambdas.domain.record.signals import SignalKind
from lambdas.domain.record.stages import Stage
from lambdas.domain.signals.application import apply_next
from lambdas.domain.steps.payment import record_charge
from tests.support.builders import a_signal, an_order
from tests.support.fakes.fake_clock import NOW


def an_event(number: int) -> Event:
    return Event(number=number, at=NOW + number, kind="noted", stage=Stage.START)


def records(order: Order, notes: list[Any], *items: Event) -> list[dict[str, Any]]:
    meta = {**to_record(order), NOTES: notes}
    return [meta, *(event_record(order.order_id, one) for one in items)]


@pytest.mark.parametrize("kind", SignalKind)
def test_a_settled_signal_is_a_note(kind: SignalKind) -> None:
    order = an_order(inbox=(a_signal(kind),))
    change = apply_next(order, NOW + 5, {})

    notes, _ = sort_events(change.after, change.events)

    assert [event_of(change.after, note) for note in notes] == [
        event for event in change.events if event.kind == "signal-settled"
    ]
    assert all(note[1:] == [5, 0] for note in notes)


def test_a_capture_and_a_sent_mail_are_notes() -> None:
    paying = an_order(Stage.PAYMENT)
    completed = an_order(Stage.COMPLETED)
    claim = claim_mail(completed, NOW, "mail-confirmation", "one")
    assert claim is not None
    charge = record_charge(paying, NOW + 7)
    sent = record_mail_sent(claim.after, NOW + 9, "mail-confirmation", "one")

    for change in (charge, sent):
        assert change is not None
        notes, items = sort_events(change.after, change.events)
        assert (len(notes), items) == (1, [])
        assert (event_of(change.after, notes[0]),) == change.events


def test_an_event_that_its_note_would_change_is_an_item() -> None:
    order = an_order(Stage.PAYMENT, inbox=(a_signal(SignalKind.APPROVE_PAYMENT),))
    change = apply_next(order, NOW, {})  # superseded, at an unusual stage
    unusual = replace(change.events[0], kind="payment-captured", detail={"amount_minor": 1, "n": 2})

    assert sort_events(change.after, change.events) == ([], list(change.events))
    assert sort_events(change.after, [unusual]) == ([], [unusual])


def test_the_first_event_is_stored_nowhere() -> None:
    order = an_order()
    placed = Event(number=1, at=order.created_at, kind="order-placed", stage=Stage.START)

    assert sort_events(order, [placed]) == ([], [])


def test_a_timeline_ends_before_a_gap() -> None:
    """META and the items are not read at one moment."""
    order = an_order(event_count=5)

    found = timeline_of(records(order, [[3, 5, "m"]], an_event(2), an_event(5)), is_complete=True)

    assert [event.number for event in found] == [1, 2, 3]


def test_notes_before_the_oldest_item_that_was_read_are_left_out() -> None:
    order = an_order(event_count=6)

    found = timeline_of(
        records(order, [[2, 5, "m"], [5, 9, "m"]], an_event(4), an_event(6)), is_complete=False
    )

    assert [event.number for event in found] == [4, 5, 6]


def test_an_item_takes_precedence_over_a_note() -> None:
    """An order that an older version placed has its first event as an item."""
    order = an_order(event_count=1)

    assert timeline_of(records(order, [], an_event(1)), is_complete=True) == (an_event(1),)


def test_a_note_that_only_a_newer_version_knows_hides_no_other_event() -> None:
    order = an_order(event_count=3)

    found = timeline_of(records(order, [[2, 5, "?"], [3, 6, "c"]]), is_complete=True)

    assert [event.kind for event in found] == ["order-placed", "mail-cancellation-sent"]
