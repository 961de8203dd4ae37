"""Timeline events as notes on META: a note needs no item, and its write no transaction.

A note is `[number, milliseconds since the order was created, code]`, with the event's one figure
where it has one. The code of a settled signal is its place in the inbox. The other facts of the
event are final on the record: inbox, outcomes, `created_at`. An event that its note would not
return exactly is written as an item.
"""

from collections.abc import Mapping, Sequence
from itertools import count, takewhile
from typing import Any, NamedTuple

from lambdas.adapters.orders.order_records import META, from_event_record, from_record
from lambdas.domain.record.changes import Event
from lambdas.domain.record.ledger import MAIL_CANCELLATION, MAIL_CONFIRMATION
from lambdas.domain.record.order import Order
from lambdas.domain.record.signals import Outcome, SignalKind
from lambdas.domain.record.stages import Stage

NOTES = "events"
"""The attribute of META."""
Note = Sequence[Any]

_SETTLED = "signal-settled"


class _Form(NamedTuple):
    """Events of one kind: their stage, and the name of their figure."""

    kind: str
    stage: Stage
    figure: str | None = None


_FORMS: Mapping[str, _Form] = {
    "p": _Form("payment-captured", Stage.STATUS_UPDATE, "amount_minor"),
    "m": _Form(f"{MAIL_CONFIRMATION}-sent", Stage.NOTIFY),
    "c": _Form(f"{MAIL_CANCELLATION}-sent", Stage.NOTIFY),
}
_CODES = {form.kind: code for code, form in _FORMS.items()}
_STAGE_AFTER: Mapping[SignalKind, Stage] = {
    SignalKind.APPROVE_PAYMENT: Stage.PAYMENT,
    SignalKind.DECLINE_PAYMENT: Stage.COMPENSATING,
    SignalKind.CANCEL_ORDER: Stage.COMPENSATING,
}
"""The usual stage after a signal was applied, if it ends the wait for approval."""


def sort_events(order: Order, events: Sequence[Event]) -> tuple[list[Note], list[Event]]:
    """The notes and the items of new events; `order` is the record after them."""
    notes: list[Note] = []
    items: list[Event] = []
    for event in events:
        note = _note(order, event)
        if event == placed_event(order):
            continue
        if note is not None and event == event_of(order, note):
            notes.append(note)
        else:
            items.append(event)
    return notes, items


def placed_event(order: Order) -> Event:
    """The first event of every order, which needs no note."""
    return Event(number=1, at=order.created_at, kind="order-placed", stage=Stage.START)


def event_of(order: Order, note: Note) -> Event | None:
    """The event of a note; None if only a newer version knows its code."""
    number, elapsed, code, *figures = note
    at = order.created_at + elapsed
    if isinstance(code, int):
        return _settled_event(order, number, at, code)
    if code not in _FORMS:
        return None
    form = _FORMS[code]
    detail = dict(zip([form.figure] if form.figure else [], figures, strict=False))
    return Event(number=number, at=at, kind=form.kind, stage=form.stage, detail=detail)


def timeline_of(records: Sequence[Mapping[str, Any]], *, is_complete: bool) -> tuple[Event, ...]:
    """The events of an order's records, oldest first. If the records are not complete, the oldest
    items are missing, and so are the notes before them.

    META and the items may have been read at different moments: events after a gap are left out.
    """
    items = [from_event_record(r) for r in records if r["sk"].startswith("EVENT#")]
    stored: dict[int, Event | None] = {event.number: event for event in items}
    oldest = 1 if is_complete else min(stored, default=1)
    noted = (pair for r in records if r["sk"] == META for pair in _noted_events(r).items())
    found = {**{number: event for number, event in noted if number >= oldest}, **stored}
    shown = takewhile(found.__contains__, count(min(found, default=1)))
    return tuple(event for event in map(found.get, shown) if event is not None)


def _noted_events(record: Mapping[str, Any]) -> dict[int, Event | None]:
    """The events of META by number."""
    order = from_record(record)
    placed = {1: placed_event(order)} if order.event_count else {}
    return {**placed, **{note[0]: event_of(order, note) for note in record.get(NOTES, ())}}


def _note(order: Order, event: Event) -> Note | None:
    code = _code(order, event)
    if code is None:
        return None
    figures = [] if event.kind == _SETTLED else list(event.detail.values())
    return [event.number, event.at - order.created_at, code, *figures]


def _code(order: Order, event: Event) -> str | int | None:
    if event.kind != _SETTLED:
        return _CODES.get(event.kind)
    signal_id = event.detail.get("signal_id")
    places = (n for n, one in enumerate(order.inbox) if one.signal_id == signal_id)
    return next(places, None)


def _settled_event(order: Order, number: int, at: int, place: int) -> Event:
    signal = order.inbox[place]
    outcome = order.outcomes[signal.signal_id]
    if outcome == Outcome.APPLIED:
        stage = _STAGE_AFTER.get(signal.kind, Stage.AWAITING_APPROVAL)
    else:
        superseded = outcome == Outcome.SUPERSEDED
        stage = Stage.COMPENSATING if superseded else Stage.AWAITING_APPROVAL
    detail = {"signal_id": signal.signal_id, "signal": signal.kind.value, "outcome": outcome}
    return Event(number=number, at=at, kind=_SETTLED, stage=stage, detail=detail)
