"""Select the profile and create the API client from the options of a command."""

import os

from cli.client.api import Api
from cli.problems import NotSignedIn, WrongUsage, role_missing
from cli.sign_in import profiles
from cli.sign_in.tokens import roles


def open_api(profile: str | None) -> Api:
    """The API client of the selected profile. Raises WrongUsage, NotSignedIn."""
    _, chosen = profiles.current(os.environ, profile)
    other_profiles = signed_in_profiles(chosen.api_url)
    if not chosen.token:
        named = f"; or choose with -p: {', '.join(other_profiles)}" if other_profiles else ""
        raise NotSignedIn(
            "you are not signed in",
            advice="set ORDERS_TOKEN (local environment: `python -m local env`), "
            f"or `orders login`{named}",
        )
    return Api(chosen.api_url, chosen.token, other_profiles=other_profiles)


def require_role(profile: str | None, *allowed: str, to: str) -> None:
    """Raise Refused, before any question, if the token lacks the role.

    The server decides about a token without roles.
    """
    _, chosen = profiles.current(os.environ, profile)
    has = roles(chosen.token)
    if has and not has & set(allowed):
        message = f"You need the role {' or '.join(sorted(allowed))} to {to}."
        raise role_missing(message, allowed, signed_in_profiles(chosen.api_url))


def profile_names() -> list[str]:
    """The names of all profiles, for completion by the shell; none if they cannot be read."""
    try:
        return sorted(profiles.read_all(profiles.config_file(os.environ)))
    except WrongUsage:
        return []


def signed_in_profiles(api_url: str) -> dict[str, frozenset[str]]:
    """The signed-in profiles of an API, with their roles."""
    known = profiles.read_all(profiles.config_file(os.environ))
    return {
        name: roles(one.token)
        for name, one in sorted(known.items())
        if one.token and one.api_url.rstrip("/") == api_url.rstrip("/")
    }
