"""The e-mails about an order, in the language of the reader.

Text that one person stored (a reason, a name) appears in another person's e-mail. It is defanged
here; `rendering` puts it on one line and escapes it.
"""

from datetime import UTC, datetime

from lambdas.domain.mail.reasons import reason
from lambdas.domain.mail.reminders import APPROVAL_MAILS
from lambdas.domain.mail.rendering import DEFAULT_LANGUAGE, Message, defang, phrase, render
from lambdas.domain.record.order import Line, Order
from lambdas.domain.record.outcomes import TECHNICAL_REASON, cause_of


def confirmation_mail(order: Order, language: str = DEFAULT_LANGUAGE, name: str = "") -> Message:
    """The e-mail that confirms a completed order; `name` is the customer's."""
    values = {"order_id": order.order_id, "name": defang(name), "total": str(order.total)}
    return render("confirmation", language, values, _lines(order, language))


def cancellation_mail(order: Order, language: str = DEFAULT_LANGUAGE, name: str = "") -> Message:
    """The e-mail that says that an order was not completed, and why."""
    values = {
        "order_id": order.order_id,
        "name": defang(name),
        "reason": _reason(order, language),
    }
    return render("cancellation", language, values)


def approval_mail(order: Order, mail: str, link: str) -> Message:
    """The e-mail that asks an approver to decide; `mail` says which reminder it is."""
    number = APPROVAL_MAILS.index(mail)
    again = phrase("reminder", DEFAULT_LANGUAGE, {"number": number}) if number else None
    values: dict[str, str | int] = {
        "order_id": order.order_id,
        "customer_id": defang(order.customer_id),
        "total": str(order.total),
        "revision": order.revision,
        "deadline": _instant(order.approval_deadline or 0),
        "reminder": again or "",
        "link": link,
    }
    return render("approval", DEFAULT_LANGUAGE, values, _lines(order, DEFAULT_LANGUAGE))


def _reason(order: Order, language: str) -> str:
    """The sentence of the language, else the English one that the API shows, too."""
    last_error = order.last_error or ""
    words = defang(last_error.partition(": ")[2])
    translated = phrase(cause_of(last_error).code, language, {"words": words})
    return translated or defang(reason(order) or TECHNICAL_REASON)


def _lines(order: Order, language: str) -> tuple[str, ...]:
    return tuple(_line(order, line, language) for line in order.items)


def _line(order: Order, line: Line, language: str) -> str:
    values: dict[str, str | int] = {
        "quantity": line.quantity,
        "sku": line.sku,
        "price": str(order.price_of(line)),
    }
    return phrase("line", language, values) or ""


def _instant(milliseconds: int) -> str:
    return datetime.fromtimestamp(milliseconds // 1000, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
