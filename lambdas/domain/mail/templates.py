"""The texts of the e-mails: plain text, (subject, body).

Text that one person stored (a reason, a name) appears in another person's e-mail. So every line is
sanitised when the e-mail is built: no line break, control character or bidirectional character of a
value reaches a subject or a body.
"""

from collections.abc import Iterable
from datetime import UTC, datetime

from lambdas.domain.free_text import blank_out
from lambdas.domain.mail.reminders import APPROVAL_MAILS
from lambdas.domain.record.order import Line, Order
from lambdas.domain.record.outcomes import TECHNICAL_REASON, sentence_of
from lambdas.domain.record.stages import COMPENSATED


def confirmation_mail(order: Order) -> tuple[str, str]:
    """The e-mail that confirms a completed order."""
    return _mail(
        f"Your order {order.order_id} is confirmed",
        f"Thank you for your order {order.order_id}.",
        "",
        *_lines(order),
        "",
        f"Total charged: {order.total}",
    )


def cancellation_mail(order: Order) -> tuple[str, str]:
    """The e-mail that says that an order was not completed, and why."""
    return _mail(
        f"Your order {order.order_id} was cancelled",
        f"Your order {order.order_id} was not completed.",
        "",
        reason(order) or TECHNICAL_REASON,
        "",
        "If you were charged, you will be refunded in full.",
    )


def approval_mail(order: Order, mail: str, link: str) -> tuple[str, str]:
    """The e-mail that asks an approver to decide; `mail` says which reminder it is."""
    number = APPROVAL_MAILS.index(mail)
    return _mail(
        f"Order {order.order_id} waits for your approval"
        + (f" (reminder {number})" if number else ""),
        f"Order {order.order_id} of customer {order.customer_id} waits for your approval.",
        "",
        *_lines(order),
        "",
        f"Total: {order.total} (revision {order.revision})",
        f"Decide by {_instant(order.approval_deadline or 0)}, or the order is cancelled.",
        "",
        "View the order and decide:",
        link,
        "",
        "Opening the link changes nothing.",
        "Approving requires signing in, and works once.",
        "Do not forward this e-mail. Anyone with the link can view the order.",
    )


def reason(order: Order) -> str | None:
    """Why the order is not completed, in one sentence for its customer; None where it was not
    turned back. The technical reason is `last_error`. The words of a signal are not escaped here.
    """
    if order.stage not in COMPENSATED or order.last_error is None:
        return None
    return sentence_of(order.last_error)


def _mail(subject: str, *body: str) -> tuple[str, str]:
    """Subject and body, each line without characters that free text does not accept."""
    return blank_out(subject), "".join(f"{blank_out(line)}\n" for line in body)


def _lines(order: Order) -> Iterable[str]:
    return (_line(order, line) for line in order.items)


def _line(order: Order, line: Line) -> str:
    return f"  {line.quantity} x {line.sku} at {order.price_of(line)}"


def _instant(milliseconds: int) -> str:
    return datetime.fromtimestamp(milliseconds // 1000, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
