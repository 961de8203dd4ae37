"""The user pool's sign-in page as a list of users: on this machine there are no passwords.

The page has the address of Cognito's hosted login and ends with the same redirect with a code, so
clients (the console, the command line) work as on AWS.

A user has the same subject in the pools of every emulator. On AWS a pool outlives the failure of a
machine. Here the next emulator has a new pool, and callers repeat their requests to it.
"""

import uuid
from collections.abc import Callable, Iterator, Mapping
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
    """Replace MiniStack's form for name and password, the check of the password, and the choice of
    a new user's subject.
    """
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
    cognito._admin_create_user = _with_subject(cognito, cognito._admin_create_user)


def _with_subject(cognito: Any, create: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """AdminCreateUser whose new user gets the subject of its name. A name that a pool had before
    gets a random subject, as on AWS.
    """

    def create_user(request: Mapping[str, Any]) -> Any:
        answer = create(request)
        name = str(request.get("Username"))
        pool = cognito._user_pools.get(request.get("UserPoolId"), {})
        user = pool.get("_users", {}).get(name)
        if user is None or name in pool.setdefault("_names", []):
            return answer
        pool["_names"].append(name)
        subject = {"Name": "sub", "Value": str(uuid.uuid5(uuid.NAMESPACE_OID, name))}
        others = [attribute for attribute in user["Attributes"] if attribute["Name"] != "sub"]
        user["Attributes"] = [subject, *others]
        return cognito.json_response({"User": cognito._user_out(user)})

    return create_user


def _users(pool: Mapping[str, Any]) -> Iterator[tuple[str, list[str]]]:
    for name, user in pool.get("_users", {}).items():
        yield name, user.get("_groups", [])
