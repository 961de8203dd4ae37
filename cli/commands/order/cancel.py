"""Cancels an order: `orders cancel`."""

from cli.commands.options import KeyOption, OrderId, ProfileOption, ReasonOption, TimeoutOption
from cli.commands.order.sending import signal
from cli.terminal.output import Format, Output


def cancel(
    order: OrderId,
    reason: ReasonOption,
    key: KeyOption = None,
    timeout: TimeoutOption = 5,
    profile: ProfileOption = None,
    output: Output = Format.TABLE,
) -> None:
    """Cancel an order: the stock is released and the payment refunded.

    This is the normal way to end an order. In an emergency, `abort` stops the execution
    immediately, and the janitor compensates the order later.

    Example: orders cancel $ORDER_ID -r "changed my mind"
    """
    body = {"reason": reason}
    signal(order, "cancel-order", body, key=key, timeout=timeout, profile=profile, output=output)
