"""Profiles: which deployment, as whom. The environment wins over the file.

ORDERS_API_URL  address of the API
ORDERS_TOKEN    access token of whoever acts
ORDERS_PROFILE  profile to use (as `--profile`)
ORDERS_CONFIG   the file, by default ~/.config/orders/profiles.json
"""

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

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
    base = environment.get("XDG_CONFIG_HOME") or "~/.config"
    return Path(base).expanduser() / "orders" / "profiles.json"


def read_all(file: Path) -> dict[str, Profile]:
    """Every profile by name; none where there is no file. Raises WrongUsage."""
    if not file.exists():
        return {}
    try:
        return {name: Profile(**fields) for name, fields in json.loads(file.read_text()).items()}
    except (ValueError, TypeError, AttributeError) as error:
        raise WrongUsage(
            f"{file} is not a file of profiles",
            advice="mend it, or delete it and sign in again with `orders login`",
        ) from error


def save(file: Path, name: str, profile: Profile) -> None:
    """Keep a profile; whole or not at all, readable by its owner only."""
    known = {one: asdict(each) for one, each in read_all(file).items()}
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_suffix(f".{os.getpid()}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
        json.dump({**known, name: asdict(profile)}, out, indent=2)
    draft.replace(file)


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
