"""Signing in: login, logout, profiles."""

import os
from typing import Annotated, Any

import typer
from rich.table import Table

from cli import profiles
from cli.api import Api
from cli.output import Format, Output, print_json, say, show
from cli.problems import WrongUsage
from cli.profiles import DEFAULT, Profile, config_file, read_all, save
from cli.sign_in import roles, sign_in_by_browser, user
from cli.text import line, visible


def login(
    api_url: Annotated[
        str | None,
        typer.Option(
            "--api-url", envvar="ORDERS_API_URL", help="Address of the API.", metavar="URL"
        ),
    ] = None,
    profile: Annotated[
        str, typer.Option("-p", "--profile", help="Keep it under this name.", metavar="NAME")
    ] = DEFAULT,
    browser: Annotated[
        bool, typer.Option(help="Open a browser; without, the address is printed.")
    ] = True,
    output: Output = Format.TABLE,
) -> None:
    """Sign in at the user pool's page and keep the token in a profile.

    On this machine the page asks only who you are.
    """
    url = api_url or read_all(config_file(os.environ)).get(profile, Profile()).api_url
    if not url:
        raise WrongUsage("which API?", advice="name it: `orders login --api-url URL`")
    how = Api(url, None).get("/sign-in")
    signed_in = sign_in_by_browser(url, how, open_browser=browser)
    save(config_file(os.environ), profile, signed_in)
    who = f"{user(signed_in.token)} ({', '.join(sorted(roles(signed_in.token))) or 'no role'})"
    say(line(("✓", "green"), visible(f" signed in as {who}, profile {profile}")))
    _tell_which(profile, url, output)


def logout(
    profile: Annotated[
        str | None,
        typer.Option("-p", "--profile", help="Forget the tokens of this profile.", metavar="NAME"),
    ] = None,
    output: Output = Format.TABLE,
) -> None:
    """Forget the tokens of a profile."""
    name, chosen = profiles.current(os.environ, profile)
    file = config_file(os.environ)
    if read_all(file).get(name, Profile()).token:
        save(file, name, Profile(chosen.api_url))
        say(line(("✓", "green"), visible(f" signed out, profile {name}")))
    else:
        say(f"no token was kept, profile {visible(name)}")
    _tell_which(name, chosen.api_url, output)


def list_profiles(output: Output = Format.TABLE) -> None:
    """List the profiles, without their tokens."""
    known = read_all(config_file(os.environ))
    told = [
        {"name": name, "api_url": one.api_url, "user": user(one.token)}
        for name, one in sorted(known.items())
    ]
    show({"profiles": told}, output, lambda shown: _table(shown["profiles"]))


def _tell_which(name: str, api_url: str, output: Format) -> None:
    """For scripts; people were told on stderr. Never a token."""
    if output is Format.JSON:
        print_json({"profile": name, "api_url": api_url})


def _table(told: list[dict[str, Any]]) -> Table:
    table = Table("profile", "user", "API", box=None)
    for one in told:
        table.add_row(one["name"], one["user"] or "signed out", one["api_url"])
    return table
