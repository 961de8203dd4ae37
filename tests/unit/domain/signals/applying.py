"""Signals and prices, and the change that applying a signal makes."""

from dataclasses import replace

from lambdas.domain.record.changes import Change
from lambdas.domain.record.money import Price
from lambdas.domain.record.order import Order
from lambdas.domain.record.signals import Signal, SignalKind
from lambdas.domain.signals.application import apply_next
from tests.support.builders import a_signal
from tests.support.fakes.fake_clock import NOW

PRICES = {"MUG-RED": Price(800, "EUR"), "COFFEE-1KG": Price(9999, "EUR")}
APPROVE = a_signal(signal_id="A")
DECLINE = a_signal(SignalKind.DECLINE_PAYMENT, signal_id="D")
ADD = a_signal(SignalKind.ADD_LINE_ITEM, signal_id="N")


def applied(order: Order, signal: Signal, *, refusal: str | None = None) -> Change:
    """The change that applying `signal` makes of the order."""
    return apply_next(replace(order, inbox=(signal,)), NOW, PRICES, refusal=refusal)
