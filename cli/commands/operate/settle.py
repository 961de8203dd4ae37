"""Settles a refund that was paid outside the payment provider, or a dispute whose end the provider
does not report: `orders settle`.
"""

from typing import Annotated, Any

import typer

from cli.client.api import path
from cli.commands.options import OrderId, ProfileOption, YesOption
from cli.problems import Refused, WrongUsage
from cli.sign_in.session import open_api, require_role
from cli.terminal.console import out
from cli.terminal.output import Format, Output, print_json, print_message, require_yes
from cli.terminal.text import visible, visible_data
from cli.views.formats import money

_QUESTIONS = {
    "refund-paid": "Was {amount} of {order} refunded outside?",
    "dispute-won": "Was the dispute of {amount} of {order} won?",
    "dispute-lost": "Did the bank return {amount} of {order} to the customer?",
}


def settle(
    order: OrderId,
    evidence: Annotated[
        str,
        typer.Option(
            "-e",
            "--evidence",
            help="How the money was returned or the dispute ended, in one line.",
            metavar="TEXT",
        ),
    ],
    refunded: Annotated[
        int | None,
        typer.Option(
            min=0,
            help="The amount that was refunded, in minor units (cents): 0 if nothing is left.",
            metavar="MINOR",
        ),
    ] = None,
    dispute_won: Annotated[
        int | None,
        typer.Option(
            min=1, help="The amount of a dispute that the bank rejected.", metavar="MINOR"
        ),
    ] = None,
    dispute_lost: Annotated[
        int | None,
        typer.Option(
            min=1, help="The amount that the bank returned for a dispute.", metavar="MINOR"
        ),
    ] = None,
    dispute: Annotated[
        str | None,
        typer.Option(
            help="The dispute that ended, if several are open: `dispute-2`.", metavar="NAME"
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
    """Settle a refund or a dispute without the payment provider (two operators).

    One operator requests it with --refunded, --dispute-won or --dispute-lost, another one confirms
    it with --confirm. Then an order that is compensated continues. End a dispute only if the
    provider no longer knows the payment.

    Example: orders settle $ORDER_ID --refunded 2500 -e "bank transfer 4711"
    """
    amounts = {"refund-paid": refunded, "dispute-won": dispute_won, "dispute-lost": dispute_lost}
    given = [(settled, minor) for settled, minor in amounts.items() if minor is not None]
    if len(given) + (confirm is not None) != 1:
        raise WrongUsage(
            "one of --refunded, --dispute-won, --dispute-lost and --confirm is needed",
            advice="request with an amount, confirm with --confirm",
        )
    api = open_api(profile)
    current = api.get(path("orders", order))
    settled, amount = given[0] if given else _settlement_to_confirm(current, confirm)
    if not yes:
        require_role(profile, "operator", to="settle orders")
        total = money({**visible_data(current)["total"], "amount_minor": amount})
        question = _QUESTIONS[settled].format(amount=total, order=order)
        require_yes(question, otherwise="nothing was settled")
    body = {
        "settled": settled,
        "amount_minor": amount,
        "currency": current["total"]["currency"],
        "evidence": evidence,
        **({} if dispute is None else {"dispute": dispute}),
        **({} if confirm is None else {"confirm": confirm}),
    }
    _print(api.post(path("ops", "orders", order, "settle"), body), output)


def _settlement_to_confirm(order: dict[str, Any], settlement_id: str | None) -> tuple[str, int]:
    """The kind and amount of the settlement that is confirmed. Raises Refused for another one."""
    settlement = order["settlement"]
    if settlement is None or settlement["settlement_id"] != settlement_id:
        raise Refused(
            f"the order has no settlement {settlement_id}",
            advice=f"`orders describe {order['order_id']}` shows its settlement",
        )
    return settlement["settled"], int(settlement["amount_minor"])


def _print(settled: dict[str, Any], output: Format) -> None:
    settlement, order_id = settled["settlement"], visible(settled["order_id"])
    if output is Format.JSON:
        print_json(settled)
    elif settlement["confirmed_at"] is None:
        out.print(f"{order_id}: another operator must confirm {settlement['settlement_id']}")
        confirm = f"orders settle {order_id} --confirm {settlement['settlement_id']} -e TEXT"
        print_message(f"next, as another operator: `{confirm}`")
    else:
        out.print(f"{order_id}: settled; a new execution continues a compensation")
