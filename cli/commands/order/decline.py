"""Declines the payment of an order: `orders decline`."""

from cli.commands.options import KeyOption, OrderId, ProfileOption, ReasonOption, TimeoutOption
from cli.commands.order.sending import signal
from cli.terminal.output import Format, Output


def decline(
    order: OrderId,
    reason: ReasonOption,
    key: KeyOption = None,
    timeout: TimeoutOption = 5,
    profile: ProfileOption = None,
    output: Output = Format.TABLE,
) -> None:
    """Decline an order's payment (approvers): the order ends and its stock is released."""
    body = {"reason": reason}
    signal(order, "decline-payment", body, key=key, timeout=timeout, profile=profile, output=output)
