"""The user pool's sign-in page as a list of users: on this machine there are no passwords.

The page has the address of Cognito's hosted login and ends with the same redirect with a code, so
clients (the console, the command line) work as on AWS.
"""

from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

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
_TEXT = "On AWS this is the user pool's sign-in page. Here it asks for no password."
_STYLE = "<style>button{display:block;width:100%;margin:8px 0;text-align:left}</style>"


def install() -> None:
    """Replace MiniStack's form for name and password, and the check of the password."""
    from ministack.services import cognito

    def page(*values: str, error_message: str = "") -> str:
        _, pool, _ = cognito._find_pool_by_client_id(values[0])
        hidden = "".join(
            _hidden(name, value) for name, value in zip(_PARAMETERS, values, strict=False)
        )
        users = "".join(_button(user, groups) for user, groups in _users(pool or {}))
        form = f'<form method="POST" action="/login">{hidden}{users}</form>'
        html: str = cognito._page_shell(
            "Sign in", "Who are you?", f"{_STYLE}<p>{escape(error_message or _TEXT)}</p>{form}"
        )
        return html

    def authenticate(pool: Mapping[str, Any], username: str, _password: str) -> tuple[Any, str]:
        user, error = cognito._resolve_user(pool, username)
        return (None, "There is no user of this name.") if error else (user, "")

    cognito._login_page_html = page
    cognito._authenticate_hosted_ui_user = authenticate


def _users(pool: Mapping[str, Any]) -> Iterator[tuple[str, list[str]]]:
    for name, user in sorted(pool.get("_users", {}).items()):
        yield name, user.get("_groups", [])


def _hidden(name: str, value: str) -> str:
    return f'<input type="hidden" name="{name}" value="{escape(value)}">'


def _button(user: str, groups: list[str]) -> str:
    name, roles = escape(user), escape(", ".join(groups) or "no role")
    return f'<button name="username" value="{name}">{name} ({roles})</button>'
