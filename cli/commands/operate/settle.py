"""Settles a stuck refund that was paid outside the payment provider: `orders settle`."""

from typing import Annotated, Any

import typer

from cli.client.api import path
from cli.commands.options import OrderId, ProfileOption, YesOption
from cli.problems import Refused, WrongUsage
from cli.sign_in.session import open_api, require_role
from cli.terminal.console import out
from cli.terminal.output import Format, Output, print_json, require_yes, say
from cli.terminal.text import visible, visible_data
from cli.views.formats import money


def settle(
    order: OrderId,
    evidence: Annotated[
        str,
        typer.Option(
            "-e", "--evidence", help="How the money was returned, in one line.", metavar="TEXT"
        ),
    ],
    refunded: Annotated[
        int | None,
        typer.Option(
            min=1, help="The amount that was refunded, in minor units (cents).", metavar="MINOR"
        ),
    ] = None,
    confirm: Annotated[
        str | None,
        typer.Option(help="Confirm the settlement of another operator.", metavar="SETTLEMENT"),
    ] = None,
    yes: YesOption = False,
    profile: ProfileOption = None,
    output: Output = Format.TABLE,
) -> None:
    """Settle a stuck refund that was paid outside the payment provider (two operators).

    One operator requests it with --refunded, another one confirms it with --confirm. Then the
    order ends.

    Example: orders settle $ORDER_ID --refunded 2500 -e "bank transfer 4711"
    """
    if (refunded is None) == (confirm is None):
        raise WrongUsage(
            "one of --refunded and --confirm is needed",
            advice="request with --refunded, confirm with --confirm",
        )
    api = open_api(profile)
    current = api.get(path("orders", order))
    amount = _requested(current, confirm) if refunded is None else refunded
    if not yes:
        require_role(profile, "operator", to="settle orders")
        total = money({**visible_data(current)["total"], "amount_minor": amount})
        require_yes(f"Was {total} of {order} refunded outside?", otherwise="nothing was settled")
    body = {
        "settled": "refund-paid",
        "amount_minor": amount,
        "currency": current["total"]["currency"],
        "evidence": evidence,
        **({} if confirm is None else {"confirm": confirm}),
    }
    _print(api.post(path("ops", "orders", order, "settle"), body), output)


def _requested(order: dict[str, Any], settlement_id: str | None) -> int:
    """The amount of the settlement that is confirmed. Raises Refused for another settlement."""
    settlement = order["settlement"]
    if settlement is None or settlement["settlement_id"] != settlement_id:
        raise Refused(
            f"the order has no settlement {settlement_id}",
            advice=f"`orders describe {order['order_id']}` shows its settlement",
        )
    return int(settlement["amount_minor"])


def _print(settled: dict[str, Any], output: Format) -> None:
    settlement, order_id = settled["settlement"], visible(settled["order_id"])
    if output is Format.JSON:
        print_json(settled)
    elif settlement["confirmed_at"] is None:
        out.print(f"{order_id}: another operator must confirm {settlement['settlement_id']}")
        confirm = f"orders settle {order_id} --confirm {settlement['settlement_id']} -e TEXT"
        say(f"next, as another operator: `{confirm}`")
    else:
        out.print(f"{order_id}: settled; a new execution ends the order")
