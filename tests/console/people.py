"""Users with roles that no user of the seed data has."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from local.host.aws_clients import client
from local.host.state import State

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient


@contextmanager
def temporary_user(state: State, user: str, *roles: str) -> Iterator[str]:
    """Create a user with these roles, and delete the user at the end. Yields the user name."""
    cognito: CognitoIdentityProviderClient = client("cognito-idp", state.emulator_url)
    pool, password = state.outputs["UserPoolId"], f"aA1-{secrets.token_urlsafe(18)}"
    cognito.admin_create_user(
        UserPoolId=pool, Username=user, MessageAction="SUPPRESS", TemporaryPassword=password
    )
    try:
        cognito.admin_set_user_password(
            UserPoolId=pool, Username=user, Password=password, Permanent=True
        )
        for role in roles:
            cognito.admin_add_user_to_group(UserPoolId=pool, Username=user, GroupName=role)
        yield user
    finally:
        cognito.admin_delete_user(UserPoolId=pool, Username=user)


@contextmanager
def promoted(state: State, user: str, role: str) -> Iterator[str]:
    """Give a user one more role, and remove it at the end. Yields the user name."""
    cognito: CognitoIdentityProviderClient = client("cognito-idp", state.emulator_url)
    pool = state.outputs["UserPoolId"]
    cognito.admin_add_user_to_group(UserPoolId=pool, Username=user, GroupName=role)
    try:
        yield user
    finally:
        cognito.admin_remove_user_from_group(UserPoolId=pool, Username=user, GroupName=role)
