"""The first users, customer and stock of a new deployment."""

import secrets
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cli.client.api import Api
from cli.commands.admin.catalogue import load_catalogue
from cli.commands.admin.catalogue_file import read_catalogue
from cli.commands.admin.user_pool import UserPool, new_password

FIRST_USERS = {"operator1": "operator", "approver1": "approver", "customer1": "customer"}
"""User -> role."""


@dataclass(frozen=True, slots=True)
class Deployment:
    """A deployed stack: its user pool with the client for sign-in, and the address of its API."""

    pool: UserPool
    client_id: str
    api_url: str


def create_first_users(pool: UserPool, email: str) -> list[str]:
    """Create an operator, an approver and a customer, unless they exist. Returns the new ones."""
    new = [user for user in FIRST_USERS if not pool.exists(user)]
    for user in new:
        pool.create(user, email=email, role=FIRST_USERS[user])
    return new


def load_first_data(deployment: Deployment, *, email: str, catalogue: Path) -> int:
    """Load the products of the file and the record of the customer. Returns how many products.

    The customers of the file are left out: their addresses belong to other people.
    """
    customer = {"customer_id": "customer1", "tier": "new", "name": "First Customer", "email": email}
    content = {"sku": read_catalogue(catalogue)["sku"], "customer": [customer]}
    with (
        temporary_operator(deployment) as token,
        closing(Api(deployment.api_url, token)) as api,
    ):
        return len(load_catalogue(api, content))


@contextmanager
def temporary_operator(deployment: Deployment) -> Iterator[str]:
    """The access token of an operator who exists only while the block runs."""
    with temporary_user(deployment, "operator") as user:
        yield user.access_token


@dataclass(frozen=True, slots=True)
class TemporaryUser:
    """A signed-in user of the pool."""

    name: str
    password: str = field(repr=False)
    access_token: str = field(repr=False)
    id_token: str = field(repr=False)


@contextmanager
def temporary_user(deployment: Deployment, *roles: str) -> Iterator[TemporaryUser]:
    """A user with these roles who exists only while the block runs. No e-mail is sent."""
    cognito, pool_id = deployment.pool.cognito, deployment.pool.pool_id
    user, password = f"setup-{secrets.token_hex(8)}", new_password()
    cognito.admin_create_user(
        UserPoolId=pool_id, Username=user, TemporaryPassword=password, MessageAction="SUPPRESS"
    )
    try:
        cognito.admin_set_user_password(
            UserPoolId=pool_id, Username=user, Password=password, Permanent=True
        )
        for role in roles:
            deployment.pool.grant(user, role)
        tokens = sign_in(deployment, user, password)
        yield TemporaryUser(user, password, tokens["AccessToken"], tokens["IdToken"])
    finally:
        cognito.admin_delete_user(UserPoolId=pool_id, Username=user)


def sign_in(deployment: Deployment, user: str, password: str) -> dict[str, str]:
    """The tokens of a user: `AccessToken`, `IdToken`."""
    answer: Any = deployment.pool.cognito.admin_initiate_auth(
        UserPoolId=deployment.pool.pool_id,
        ClientId=deployment.client_id,
        AuthFlow="ADMIN_USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": user, "PASSWORD": password},
    )
    tokens: dict[str, str] = answer["AuthenticationResult"]
    return tokens
