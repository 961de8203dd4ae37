"""From the options of a command line to an open API."""

import os
from typing import Annotated

import typer

from cli import profiles
from cli.api import Api
from cli.problems import WrongUsage

As = Annotated[
    str | None,
    typer.Option(
        "-p", "--profile", help="Act as this profile (see `orders login`).", metavar="NAME"
    ),
]
OrderId = Annotated[str, typer.Argument(help="The order's id.", metavar="ORDER")]


def open_api(profile: str | None) -> Api:
    """The API of the chosen profile, as its caller. Raises WrongUsage."""
    _, chosen = profiles.current(os.environ, profile)
    if not chosen.token:
        raise WrongUsage(
            "you are not signed in",
            advice="set ORDERS_TOKEN (on this machine: `python -m local env`), or `orders login`",
        )
    return Api(chosen.api_url, chosen.token)
