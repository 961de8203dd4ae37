"""Select the profile and create the API client from the options of a command."""

import os
from typing import Annotated

import typer

from cli import profiles
from cli.api import Api
from cli.problems import NotSignedIn, role_missing
from cli.sign_in import roles

As = Annotated[
    str | None,
    typer.Option(
        "-p", "--profile", help="Act as this profile (see `orders login`).", metavar="NAME"
    ),
]


def order_id(text: str) -> str:
    """Normalize an order id: strip spaces, convert to upper case.

    Ids are ULIDs in capital letters. (ULID specification, "Encoding")
    """
    return text.strip().upper()


OrderId = Annotated[str, typer.Argument(help="The order's id.", metavar="ORDER", parser=order_id)]


def open_api(profile: str | None) -> Api:
    """The API client of the selected profile. Raises WrongUsage, NotSignedIn."""
    _, chosen = profiles.current(os.environ, profile)
    others = _at_hand(chosen.api_url)
    if not chosen.token:
        named = f"; or choose with -p: {', '.join(others)}" if others else ""
        raise NotSignedIn(
            "you are not signed in",
            advice="set ORDERS_TOKEN (local environment: `python -m local env`), "
            f"or `orders login`{named}",
        )
    return Api(chosen.api_url, chosen.token, others=others)


def require_role(profile: str | None, *able: str, to: str) -> None:
    """Raise Refused, before any question, if the token lacks the role.

    The server decides about a token without roles.
    """
    _, chosen = profiles.current(os.environ, profile)
    has = roles(chosen.token)
    if has and not has & set(able):
        message = f"You need the role {' or '.join(sorted(able))} to {to}."
        raise role_missing(message, able, _at_hand(chosen.api_url))


def _at_hand(api_url: str) -> dict[str, frozenset[str]]:
    """The signed-in profiles of an API, with their roles."""
    known = profiles.read_all(profiles.config_file(os.environ))
    return {
        name: roles(one.token)
        for name, one in sorted(known.items())
        if one.token and one.api_url.rstrip("/") == api_url.rstrip("/")
    }
