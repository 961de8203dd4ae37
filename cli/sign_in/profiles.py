"""Profiles: the deployment and the caller. Environment variables override the file.

ORDERS_API_URL  address of the API
ORDERS_TOKEN    access token of the caller
ORDERS_PROFILE  profile to use (as `--profile`)
ORDERS_CONFIG   the file, by default ~/.config/orders/profiles.json
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from cli.files import make_folder, replace, translate_file_errors
from cli.problems import WrongUsage

DEFAULT = "default"


@dataclass(frozen=True, slots=True)
class Profile:
    """One deployment and one caller. Tokens are stored in a file of mode 0600."""

    api_url: str = ""
    token: str = ""
    refresh_token: str = ""


def config_file(environment: Mapping[str, str]) -> Path:
    """The path of the profiles file."""
    if named := environment.get("ORDERS_CONFIG"):
        return Path(named)
    if base := environment.get("XDG_CONFIG_HOME"):
        return Path(base) / "orders" / "profiles.json"
    try:
        return Path.home() / ".config" / "orders" / "profiles.json"
    except RuntimeError as error:
        raise WrongUsage(
            "this user has no home folder to store profiles in",
            advice="set ORDERS_CONFIG to the path of a file",
        ) from error


def read_all(file: Path) -> dict[str, Profile]:
    """Every profile by name; empty without a file. Raises WrongUsage."""
    with translate_file_errors(file, advice="set ORDERS_CONFIG to a readable file"):
        try:
            text = file.read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            return {}
    try:
        content = json.loads(text.decode("utf-8-sig"))  # some editors write a BOM
    except (ValueError, RecursionError) as error:
        raise _invalid(file, f"it is not JSON ({error})") from error
    if not isinstance(content, dict):
        raise _invalid(file, "it is not a JSON object")
    return {name: _profile(file, name, values) for name, values in content.items()}


def save(file: Path, name: str, profile: Profile) -> None:
    """Store a profile atomically, readable by its owner only. Raises WrongUsage."""
    known = {one: asdict(each) for one, each in read_all(file).items()}
    make_folder(file.parent)
    content = json.dumps({**known, name: asdict(profile)}, indent=2)
    replace(file, content, mode=0o600)


def _profile(file: Path, name: str, values: Any) -> Profile:
    if not isinstance(values, dict):
        raise _invalid(file, f"profile {name!r} is not a JSON object")
    known = [one.name for one in fields(Profile)]
    for field, value in values.items():
        if field not in known:
            raise _invalid(file, f"unknown {field!r} in {name!r}; known: {', '.join(known)}")
        if not isinstance(value, str):
            raise _invalid(file, f"{field!r} of profile {name!r} is not a string")
    return Profile(**values)


def _invalid(file: Path, reason: str) -> WrongUsage:
    return WrongUsage(
        f"{file} is not a profiles file: {reason}",
        advice="correct it, or delete it and sign in again with `orders login`",
    )


def current(environment: Mapping[str, str], chosen: str | None) -> tuple[str, Profile]:
    """The name of the selected profile, and the profile. Raises WrongUsage without an address."""
    file = config_file(environment)
    known = read_all(file)
    url, token = ("", "") if chosen is not None else _of(environment)
    requested = environment.get("ORDERS_PROFILE") or None if chosen is None else chosen
    if requested is not None and requested not in known and not url:
        raise _absent(requested, file, known)
    name = requested or DEFAULT
    kept = known.get(name, Profile())
    if not (url or kept.api_url):
        raise _no_api(known)
    return name, Profile(url or kept.api_url, token or kept.token, kept.refresh_token)


def _of(environment: Mapping[str, str]) -> tuple[str, str]:
    return environment.get("ORDERS_API_URL", ""), environment.get("ORDERS_TOKEN", "")


def _absent(name: str, file: Path, known: Mapping[str, Profile]) -> WrongUsage:
    """The profile does not exist. ORDERS_PROFILE may still name one of a stopped environment."""
    if not file.exists():
        return WrongUsage(
            f"profile {name!r} does not exist: there is no file {file}",
            advice="start the local environment: `python -m local up`; "
            f"or create the profile: `orders login --profile {name} --api-url URL`",
        )
    names = ", ".join(sorted(known)) or "none"
    advice = f"known profiles: {names}; create it with `orders login --profile {name}`"
    return WrongUsage(f"there is no profile {name!r}", advice=advice)


def _no_api(known: Mapping[str, Profile]) -> WrongUsage:
    if known:
        return WrongUsage(
            "no profile is selected", advice=f"choose with -p: {', '.join(sorted(known))}"
        )
    return WrongUsage(
        "the address of the API is not set",
        advice="set ORDERS_API_URL (local environment: `python -m local env`), "
        "or sign in with `orders login --api-url URL`",
    )
