"""The texts of the mails: plain text, (subject, body)."""

from lambdas.domain.money import Money
from lambdas.domain.order import Order


def confirmation_mail(order: Order) -> tuple[str, str]:
    """The mail that confirms a completed order."""
    lines = "\n".join(
        f"  {line.quantity} x {line.sku} at {_readable(order.price_of(line))}"
        for line in order.items
    )
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


def _readable(money: Money) -> str:
    """`12.50 EUR`; currencies of the catalogue have two decimals."""
    return f"{money.amount_minor // 100}.{money.amount_minor % 100:02d} {money.currency}"
