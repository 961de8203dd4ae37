"""The user pool's sign-in page as a list of users: on this machine there are no passwords.

The page has the address of Cognito's hosted login and ends with the same redirect with a code, so
clients (the console, the command line) work as on AWS.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from local.emulator.sign_in_page import sign_in_page

_PARAMETERS = (
    "client_id",
    "redirect_uri",
    "scope",
    "state",
    "response_type",
    "code_challenge",
    "code_challenge_method",
    "nonce",
)


def install() -> None:
    """Replace MiniStack's form for name and password, and the check of the password."""
    from ministack.services import cognito

    def page(*values: str, error_message: str = "") -> str:
        _, pool, _ = cognito._find_pool_by_client_id(values[0])
        hidden = dict(zip(_PARAMETERS, values, strict=False))
        return sign_in_page(hidden, _users(pool or {}), error_message)

    def authenticate(pool: Mapping[str, Any], username: str, _password: str) -> tuple[Any, str]:
        user, error = cognito._resolve_user(pool, username)
        return (None, "There is no user of this name.") if error else (user, "")

    cognito._login_page_html = page
    cognito._authenticate_hosted_ui_user = authenticate


def _users(pool: Mapping[str, Any]) -> Iterator[tuple[str, list[str]]]:
    for name, user in pool.get("_users", {}).items():
        yield name, user.get("_groups", [])
