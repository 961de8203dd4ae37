"""Sign in and out: login, logout, profiles."""

import os
from collections.abc import Iterable
from typing import Annotated, Any

import typer
from rich.table import Table

from cli.client.api import Api
from cli.problems import WrongUsage
from cli.sign_in.browser import sign_in_by_browser
from cli.sign_in.profiles import DEFAULT, Profile, config_file, read_all, save
from cli.sign_in.tokens import roles, user
from cli.terminal.output import Format, Output, print_json, print_message, show
from cli.terminal.text import line, visible


def login(
    api_url: Annotated[
        str | None,
        typer.Option(
            "--api-url", envvar="ORDERS_API_URL", help="Address of the API.", metavar="URL"
        ),
    ] = None,
    profile: Annotated[
        str, typer.Option("-p", "--profile", help="Name of the profile to store.", metavar="NAME")
    ] = DEFAULT,
    browser: Annotated[
        bool, typer.Option(help="Open a browser. The address is printed in any case.")
    ] = True,
    output: Output = Format.TABLE,
) -> None:
    """Sign in on the user pool's page and store the token in a profile.

    The local environment has no passwords: its page is a list of users.
    """
    url = api_url or read_all(config_file(os.environ)).get(profile, Profile()).api_url
    if not url:
        raise WrongUsage(
            "the address of the API is not set", advice="use `orders login --api-url URL`"
        )
    how = Api(url, None).get("/sign-in")
    signed_in = sign_in_by_browser(url, how, open_browser=browser)
    save(config_file(os.environ), profile, signed_in)
    who = f"{user(signed_in.token)} ({', '.join(sorted(roles(signed_in.token))) or 'no role'})"
    print_message(line(("✓", "green"), visible(f" signed in as {who}, profile {profile}")))
    _print_profile(profile, url, output)


def logout(
    profile: Annotated[
        str | None,
        typer.Option("-p", "--profile", help="Remove the tokens of this profile.", metavar="NAME"),
    ] = None,
    output: Output = Format.TABLE,
) -> None:
    """Remove the tokens of a profile."""
    name = profile or os.environ.get("ORDERS_PROFILE") or DEFAULT
    file = config_file(os.environ)
    known = read_all(file)
    if name not in known:
        raise WrongUsage(f"there is no profile {name!r}", advice=_advice(known))
    api_url = known[name].api_url
    if known[name].token:
        save(file, name, Profile(api_url))
        print_message(line(("✓", "green"), visible(f" signed out, profile {name}")))
    else:
        print_message(f"profile {visible(name)} has no token")
    _print_profile(name, api_url, output)


def _advice(known: Iterable[str]) -> str:
    names = ", ".join(sorted(known))
    return (
        f"choose with -p: {names}"
        if names
        else "no profile is stored, so there is no token to remove"
    )


def list_profiles(output: Output = Format.TABLE) -> None:
    """List the profiles, without their tokens."""
    known = read_all(config_file(os.environ))
    rows = [
        {"name": name, "api_url": one.api_url, "user": user(one.token)}
        for name, one in sorted(known.items())
    ]
    show({"profiles": rows}, output, lambda shown: _table(shown["profiles"]))


def _print_profile(name: str, api_url: str, output: Format) -> None:
    """Print the profile as JSON, without its token. The table format prints only to stderr."""
    if output is Format.JSON:
        print_json({"profile": name, "api_url": api_url})


def _table(rows: list[dict[str, Any]]) -> Table:
    table = Table("profile", "user", "API", box=None)
    for row in rows:
        table.add_row(row["name"], row["user"] or "signed out", row["api_url"])
    return table
