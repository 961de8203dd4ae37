"""Customers: the records that e-mails and the workflow need."""

from typing import Annotated

import typer

from cli.arguments import Command, Group
from cli.commands.options import ProfileOption
from cli.sign_in.session import open_api
from cli.terminal.console import out
from cli.terminal.output import Format, Output, print_json
from cli.terminal.text import visible

customer = typer.Typer(cls=Group, no_args_is_help=True, help="Manage customers (operators).")


@customer.command("set", cls=Command)
def set_customer(
    name: Annotated[
        str, typer.Argument(help="The customer's user name in the user pool.", metavar="CUSTOMER")
    ],
    full_name: Annotated[str, typer.Option("--name", help="Name in e-mails.", metavar="TEXT")],
    email: Annotated[str, typer.Option(help="Address of e-mails.", metavar="ADDRESS")],
    tier: Annotated[str, typer.Option(help="new, standard or gold.", metavar="TIER")] = "standard",
    language: Annotated[
        str, typer.Option(help="Language of e-mails: en, de, …", metavar="TAG")
    ] = "en",
    profile: ProfileOption = None,
    output: Output = Format.TABLE,
) -> None:
    """Create or replace the record of a customer. A customer without a record cannot order."""
    body = {"customer_id": name, "tier": tier, "name": full_name, "email": email}
    body["language"] = language
    saved = open_api(profile).post("/ops/customers", body)
    if output is Format.JSON:
        print_json(saved)
    else:
        out.print(visible(f"{saved['customer_id']}: stored, tier {saved['tier']}"))
