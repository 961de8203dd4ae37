"""The texts of the mails: plain text, (subject, body)."""

from datetime import UTC, datetime

from lambdas.domain.asking import MAILS
from lambdas.domain.money import Money
from lambdas.domain.order import Line, Order


def confirmation_mail(order: Order) -> tuple[str, str]:
    """The mail that confirms a completed order."""
    lines = "\n".join(_line(order, line) for line in order.items)
    body = (
        f"Thank you for your order {order.order_id}.\n\n{lines}\n\n"
        f"Total charged: {_readable(order.total)}\n"
    )
    return f"Your order {order.order_id} is confirmed", body


def cancellation_mail(order: Order) -> tuple[str, str]:
    """The mail that says that an order was not carried out."""
    body = (
        f"Your order {order.order_id} was not carried out.\n\n"
        f"Reason: {order.last_error or 'none given'}\n\n"
        "You owe nothing: whatever was charged goes back to you in full.\n"
    )
    return f"Your order {order.order_id} was cancelled", body


def approval_mail(order: Order, mail: str, link: str) -> tuple[str, str]:
    """The mail that asks an approver to decide; `mail` tells whether it is the first."""
    lines = "\n".join(_line(order, line) for line in order.items)
    body = (
        f"Order {order.order_id} of customer {order.customer_id} waits for your approval.\n\n"
        f"{lines}\n\n"
        f"Total: {_readable(order.total)} (revision {order.revision})\n"
        f"Decide by {_instant(order.approval_deadline or 0)}, or the order is cancelled.\n\n"
        f"See the order and decide:\n{link}\n\n"
        "Opening the link changes nothing. Approving asks to sign in, and works once.\n"
        "Do not pass this mail on: whoever has the link can see the order.\n"
    )
    number = MAILS.index(mail)
    again = f" (reminder {number})" if number else ""
    return f"Order {order.order_id} waits for your approval{again}", body


def _line(order: Order, line: Line) -> str:
    return f"  {line.quantity} x {line.sku} at {_readable(order.price_of(line))}"


def _instant(milliseconds: int) -> str:
    return datetime.fromtimestamp(milliseconds // 1000, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def _readable(money: Money) -> str:
    """`12.50 EUR`; currencies of the catalogue have two decimals."""
    return f"{money.amount_minor // 100}.{money.amount_minor % 100:02d} {money.currency}"
