"""The content of access tokens. Tokens are not verified here; API Gateway verifies them."""

import base64
import json
from typing import Any


def claims(token: str) -> dict[str, Any]:
    """The claims of a token, not verified; empty if they cannot be decoded."""
    parts = token.split(".")
    if len(parts) != 3:
        return {}
    try:
        found = json.loads(base64.urlsafe_b64decode(parts[1] + "=="))
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def roles(token: str) -> frozenset[str]:
    """The roles in a user's token."""
    groups = claims(token).get("cognito:groups")
    return frozenset(map(str, groups)) if isinstance(groups, list) else frozenset()


def user(token: str) -> str | None:
    """The user name in a token, or the client id of a machine client."""
    found = claims(token)
    name = found.get("username") or found.get("client_id")
    return None if name is None else str(name)
