"""The amounts in e-mails: the one that was charged, and the one that an approver is shown."""

import re
from collections.abc import Iterator
from decimal import Decimal

from tests.simulation.world.world import SimulatedWorld
from tests.support.fakes.fake_notifier import Mail

DECIMALS = {"EUR": 2, "JPY": 0, "KWD": 3}
"""Of the minor unit of the currencies that random worlds have. (ISO 4217)"""
_ORDER = re.compile(r"[Oo]rder (O\d+) ")
_CHARGED = re.compile(r"^Total charged: (.+)$", re.MULTILINE)
_ASKED = re.compile(r"^Total: (.+) \(revision (\d+)\)$", re.MULTILINE)


def wrong_amounts(world: SimulatedWorld) -> Iterator[str]:
    """E-mails with another amount than the provider's books or the order's lines have."""
    for mail in world.notifier.sent:
        name = _named(mail)
        for shown, expected in _amounts(world, mail, name):
            if shown != expected:
                yield f"{name}: an e-mail says {shown}, not {expected}"


def _named(mail: Mail) -> str:
    found = _ORDER.search(mail.subject)
    return found[1] if found else mail.subject


def _amounts(world: SimulatedWorld, mail: Mail, name: str) -> Iterator[tuple[str, str]]:
    currency = world.store.records[name]["currency"]
    if found := _CHARGED.search(mail.body):
        payments = (book.payment() for book in world.payments.captures(f"pay:{name}"))
        charged = sum(payment.captured_minor - payment.refunded_minor for payment in payments)
        yield found[1], _text(charged, currency)
    if found := _ASKED.search(mail.body):
        yield found[1], _text(world.store.totals[name, int(found[2])], currency)


def _text(minor: int, currency: str) -> str:
    return f"{Decimal(minor).scaleb(-DECIMALS[currency]):f} {currency}"
