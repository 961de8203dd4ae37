"""Sends the confirmation or the cancellation of an order again: `orders resend`."""

import uuid
from typing import Any

from cli.client.api import Api, path
from cli.commands.options import KeyOption, OrderId, ProfileOption, YesOption
from cli.sign_in.session import open_api, require_role
from cli.terminal.console import out
from cli.terminal.output import Format, Output, print_json, print_message, require_yes
from cli.terminal.text import visible_data


def resend(
    order: OrderId,
    key: KeyOption = None,
    yes: YesOption = False,
    profile: ProfileOption = None,
    output: Output = Format.TABLE,
) -> None:
    """Send the customer's e-mail about an ended order again (operators).

    Sends the confirmation of a completed order, or the cancellation of another one. Use it for an
    e-mail that was lost: the ledger in `orders describe` shows which e-mails were sent.

    Example: orders resend $ORDER_ID -p operator
    """
    if not yes:
        require_role(profile, "operator", to="send e-mails again")
        require_yes(f"Send the e-mail about {order} again?", otherwise="nothing was sent")
    sent = send_again(open_api(profile), order, key or str(uuid.uuid4()))
    if output is Format.JSON:
        print_json(sent)
        return
    shown = visible_data(sent)
    if sent["state"] == "done":
        out.print(f"{shown['order_id']}: {shown['mail']} was sent")
    else:
        out.print(f"{shown['order_id']}: {shown['mail']} may have been sent")
        print_message(f"ask the customer; `orders resend {shown['order_id']}` sends another one")


def send_again(api: Api, order_id: str, key: str) -> dict[str, Any]:
    """Request the e-mail. A repeated key sends no second e-mail."""
    return api.post_once(path("ops", "orders", order_id, "resend"), None, key)
