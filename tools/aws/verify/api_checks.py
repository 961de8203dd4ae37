"""Checks of the API, its authorizer, and the user pool."""

import base64
import json
import secrets
from contextlib import ExitStack
from hashlib import sha256
from urllib.parse import urljoin

import httpx

from cli.sign_in.browser import REDIRECT
from tools.aws.first_data import sign_in, temporary_user
from tools.aws.verify.stack import SKU, Stack, require


def outputs_and_health(stack: Stack) -> None:
    """Every output of the stack has a value, and `/health` answers 200."""
    empty = [name for name, value in stack.outputs.items() if not value]
    require(not empty, f"outputs without a value: {', '.join(empty)}")
    with stack.http() as client:
        found = client.get("/health").status_code
    require(found == httpx.codes.OK, f"/health answered {found}")


def console_is_served(stack: Stack) -> None:
    """The API serves the console with a content security policy. A second request that names its
    `ETag` in a list gets 304.
    """
    with stack.http() as client:
        page = client.get("/console")
        require(page.status_code == httpx.codes.OK, f"/console answered {page.status_code}")
        require("content-security-policy" in page.headers, "/console has no policy")
        tags = {"If-None-Match": f'"other", {page.headers.get("etag")}'}
        again = client.get("/console", headers=tags).status_code
    require(again == httpx.codes.NOT_MODIFIED, f"the second request was answered {again}, not 304")


def tokens_are_checked(stack: Stack) -> None:
    """No token and an ID token are refused; a customer is not an operator."""
    customer = stack.user.access_token
    for name, path, token, wanted in (
        ("no token", "/orders", None, 401),
        ("an ID token", "/orders", stack.user.id_token, 401),
        ("a customer's token", "/ops/versions", customer, 403),
        ("a customer's token", "/orders", customer, 200),
    ):
        found = _status(stack, path, token)
        require(found == wanted, f"{name} on {path} was answered {found}, not {wanted}")


def several_groups_are_several_roles(stack: Stack) -> None:
    """The claim with two or three groups of a user gives the user each of their roles."""
    with ExitStack() as opened:
        users = {
            roles: opened.enter_context(temporary_user(stack.deployment, *roles))
            for roles in (("customer", "approver"), ("customer", "approver", "operator"))
        }
        for roles, user in users.items():
            wanted = 200 if "operator" in roles else 403
            found = _status(stack, "/ops/versions", user.access_token)
            require(found == wanted, f"{roles} on /ops/versions: {found}, not {wanted}")
            found = _status(stack, "/orders?stage=awaiting-approval", user.access_token)
            require(found == httpx.codes.OK, f"{roles} on the orders of all: {found}, not 200")


def user_names_ignore_case(stack: Stack) -> None:
    """A user who signs in with capital letters has the same name in the token."""
    user = stack.user
    answer = sign_in(stack.deployment, user.name.upper(), user.password)
    found = _claims(answer["AccessToken"])["username"]
    require(found == user.name, f"signed in with capitals, {user.name} is {found}")


def sign_in_page_is_served(stack: Stack) -> None:
    """The user pool accepts the authorization request of the command line, with PKCE."""
    with stack.http() as client:
        settings = client.get("/sign-in").json()
        challenge = sha256(secrets.token_bytes(32)).digest()
        query = {
            "client_id": settings["client_id"],
            "redirect_uri": REDIRECT,
            "response_type": "code",
            "scope": settings["scope"],
            "state": "verify",
            "code_challenge": base64.urlsafe_b64encode(challenge).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
        }
        address = urljoin(stack.deployment.api_url, settings["authorize_url"])
        page = client.get(address, params=query)
    location = page.headers.get("location", "")
    accepted = page.status_code in (httpx.codes.OK, httpx.codes.FOUND) and "error" not in location
    require(accepted, f"the sign-in page answered {page.status_code} {location}")


def a_repeated_request_places_one_order(stack: Stack) -> None:
    """The same `Idempotency-Key` returns the same order; with another body it is refused."""
    path, key = "/orders", f"verify-{secrets.token_hex(8)}"
    headers = {"Authorization": f"Bearer {stack.user.access_token}", "Idempotency-Key": key}
    body = {"items": [{"sku": SKU, "quantity": 1}], "payment_method": "pm_ok"}
    with stack.http() as client:
        first, second = (client.post(path, json=body, headers=headers) for _ in range(2))
        third = client.post(path, json={**body, "payment_method": "pm_slow"}, headers=headers)
    order_id = first.json().get("order_id")
    require(order_id is not None, f"the first request was answered {first.status_code}")
    stack.cancel(order_id)
    require(second.json().get("order_id") == order_id, f"the repeated request: {second.text}")
    require(third.status_code in (409, 422), f"another body was answered {third.status_code}")


def _status(stack: Stack, path: str, token: str | None) -> int:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    with stack.http() as client:
        return client.get(path, headers=headers).status_code


def _claims(token: str) -> dict[str, str]:
    """The claims of a token, without a check of its signature."""
    part = token.split(".")[1]
    claims: dict[str, str] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return claims
