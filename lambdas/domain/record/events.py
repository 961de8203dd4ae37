"""The kinds of timeline events, with the details that other systems receive.

A kind that is missing here is not published. Free text of people (reasons) is in the timeline only:
subscribers get codes, numbers and ids.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lambdas.domain.record.changes import Event
from lambdas.domain.record.ledger import MAIL_APPROVAL, MAIL_CANCELLATION, MAIL_CONFIRMATION

Details = Mapping[str, type[str] | type[int]]

_MAIL_EVENTS: Mapping[str, Details] = {
    "sent": {},
    "refused": {"error": str},
    "unsettled": {"error": str},
    "bounced": {"type": str},
    "complained": {},
}
_SETTLEMENT: Details = {"settlement_id": str, "settled": str, "amount_minor": int}
_DISPUTE: Details = {"amount_minor": int, "dispute_id": str}
_END: Details = {"outcome": str, "reason_code": str}

EVENT_KINDS: Mapping[str, Details] = {
    "order-placed": {},
    "stock-reserved": {"units": int},
    "signal-settled": {"signal_id": str, "signal": str, "outcome": str},
    "payment-captured": {"amount_minor": int},
    "payment-pending": {"until": int},
    "refund-pending": {"until": int},
    "payment-disputed": _DISPUTE,
    "dispute-won": _DISPUTE,
    "dispute-lost": _DISPUTE,
    "refund-failed": {"amount_minor": int},
    "debt-refunded": {"amount_minor": int},
    "order-completed": {"total_minor": int},
    "compensation-started": {},
    "compensation-resumed": {"epoch": int},
    "compensation-stuck": {"effects": str, "attempts": int},
    "payment-refunded": {"amount_minor": int},
    "payment-voided": {"amount_minor": int},
    "settlement-requested": _SETTLEMENT,
    "payment-settled": _SETTLEMENT,
    "stock-released": {"units": int},
    "order-cancelled": _END,
    "order-failed": _END,
    "execution-resumed": {"epoch": int},
    "mail-resend-requested": {"mail": str},
    **{
        f"{mail}-{what}": details
        for mail in (MAIL_APPROVAL, MAIL_CONFIRMATION, MAIL_CANCELLATION)
        for what, details in _MAIL_EVENTS.items()
    },
}
"""Details by kind; a name that ends in `_minor` is an amount in minor units."""


@dataclass(frozen=True, slots=True)
class LoggedEvents:
    """Events as they were published, oldest first; `cursor` continues, None at the end."""

    events: tuple[Mapping[str, Any], ...]
    cursor: str | None


def published_kind(event: Event) -> str:
    """The kind without the number that the e-mails to the approver have."""
    return "-".join(part for part in event.kind.split("-") if not part.isdigit())


def published_detail(event: Event) -> Mapping[str, str | int]:
    """The details of an event that leave the system."""
    names = EVENT_KINDS[published_kind(event)]
    return {name: event.detail[name] for name in names if name in event.detail}
