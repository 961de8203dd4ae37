"""Profiles: which deployment, as whom. The environment wins over the file.

ORDERS_API_URL  address of the API
ORDERS_TOKEN    access token of whoever acts
ORDERS_PROFILE  profile to use (as `--profile`)
ORDERS_CONFIG   the file, by default ~/.config/orders/profiles.json
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from cli.files import make_folder, replace, using
from cli.problems import WrongUsage

DEFAULT = "default"


@dataclass(frozen=True, slots=True)
class Profile:
    """One deployment, and one caller of it. Tokens are kept in a file of mode 0600."""

    api_url: str = ""
    token: str = ""
    refresh_token: str = ""


def config_file(environment: Mapping[str, str]) -> Path:
    """Where profiles are kept."""
    if named := environment.get("ORDERS_CONFIG"):
        return Path(named)
    if base := environment.get("XDG_CONFIG_HOME"):
        return Path(base) / "orders" / "profiles.json"
    try:
        return Path.home() / ".config" / "orders" / "profiles.json"
    except RuntimeError as error:
        raise WrongUsage(
            "this user has no home folder, so there is no place for profiles",
            advice="name a file with ORDERS_CONFIG",
        ) from error


def read_all(file: Path) -> dict[str, Profile]:
    """Every profile by name; none where there is no file. Raises WrongUsage."""
    with using(file, advice="let ORDERS_CONFIG name a file that you may read"):
        try:
            text = file.read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            return {}
    try:
        content = json.loads(text.decode("utf-8-sig"))  # some editors begin a file with a BOM
    except (ValueError, RecursionError) as error:
        raise _invalid(file, f"it is no JSON ({error})") from error
    if not isinstance(content, dict):
        raise _invalid(file, "it is no JSON object")
    return {name: _profile(file, name, values) for name, values in content.items()}


def save(file: Path, name: str, profile: Profile) -> None:
    """Keep a profile; whole or not at all, readable by its owner only. Raises WrongUsage."""
    known = {one: asdict(each) for one, each in read_all(file).items()}
    make_folder(file.parent)
    content = json.dumps({**known, name: asdict(profile)}, indent=2)
    replace(file, content, mode=0o600)


def _profile(file: Path, name: str, values: Any) -> Profile:
    if not isinstance(values, dict):
        raise _invalid(file, f"profile {name!r} is no JSON object")
    known = [one.name for one in fields(Profile)]
    for field, value in values.items():
        if field not in known:
            raise _invalid(file, f"profile {name!r} has {field!r}; known are {', '.join(known)}")
        if not isinstance(value, str):
            raise _invalid(file, f"{field!r} of profile {name!r} is no text")
    return Profile(**values)


def _invalid(file: Path, reason: str) -> WrongUsage:
    return WrongUsage(
        f"{file} is not a file of profiles: {reason}",
        advice="correct it, or delete it and sign in again with `orders login`",
    )


def current(environment: Mapping[str, str], chosen: str | None) -> tuple[str, Profile]:
    """The profile to act with, and its name. Raises WrongUsage when it has no address."""
    file = config_file(environment)
    known = read_all(file)
    url, token = ("", "") if chosen is not None else _of(environment)
    asked = environment.get("ORDERS_PROFILE") or None if chosen is None else chosen
    if asked is not None and asked not in known and not url:
        raise _absent(asked, file, known)
    name = asked or DEFAULT
    kept = known.get(name, Profile())
    if not (url or kept.api_url):
        raise _no_api(known)
    return name, Profile(url or kept.api_url, token or kept.token, kept.refresh_token)


def _of(environment: Mapping[str, str]) -> tuple[str, str]:
    return environment.get("ORDERS_API_URL", ""), environment.get("ORDERS_TOKEN", "")


def _absent(name: str, file: Path, known: Mapping[str, Profile]) -> WrongUsage:
    """ORDERS_PROFILE outlives the local environment whose profiles it names."""
    if not file.exists():
        return WrongUsage(
            f"profile {name!r} was asked for, but {file} is not there",
            advice="is the environment down? Start it: `python -m local up`; "
            f"or make the profile: `orders login --profile {name} --api-url URL`",
        )
    names = ", ".join(sorted(known)) or "none"
    advice = f"known profiles: {names}; make one with `orders login --profile {name}`"
    return WrongUsage(f"there is no profile {name!r}", advice=advice)


def _no_api(known: Mapping[str, Profile]) -> WrongUsage:
    if known:
        return WrongUsage(
            "no profile is chosen", advice=f"choose with -p: {', '.join(sorted(known))}"
        )
    return WrongUsage(
        "no API is named",
        advice="set ORDERS_API_URL (on this machine: `python -m local env`), "
        "or sign in with `orders login --api-url URL`",
    )
