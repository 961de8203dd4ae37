"""Users of the local user pool, their generated passwords, and their tokens."""

import base64
import json
import secrets
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING

from local.host.aws_clients import client

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient

USERS = {
    "alice": "customer",
    "bob": "customer",
    "carol": "customer",
    "approver1": "approver",
    "approver2": "approver",
    "operator1": "operator",
}
"""User -> group. A customer's user name is the customer id."""

TOKEN_OF = {
    "customer": "alice",
    "other_customer": "bob",
    "approver": "approver1",
    "second_approver": "approver2",
    "operator": "operator1",
}
"""Name of a token in the JSON output -> user."""

FRESH_SECONDS = 600
"""Tokens that expire within this time are replaced."""


def create_users(url: str, pool_id: str) -> Mapping[str, str]:
    """Create all users with their groups; returns their passwords."""
    cognito: CognitoIdentityProviderClient = client("cognito-idp", url)
    passwords = {user: f"{secrets.token_urlsafe(18)}-aA1" for user in USERS}
    for user, group in USERS.items():
        cognito.admin_create_user(
            UserPoolId=pool_id,
            Username=user,
            TemporaryPassword=passwords[user],
            MessageAction="SUPPRESS",
        )
        cognito.admin_set_user_password(
            UserPoolId=pool_id, Username=user, Password=passwords[user], Permanent=True
        )
        cognito.admin_add_user_to_group(UserPoolId=pool_id, Username=user, GroupName=group)
    return passwords


def sign_in(url: str, outputs: Mapping[str, str], passwords: Mapping[str, str]) -> dict[str, str]:
    """An access token for each name of TOKEN_OF."""
    cognito: CognitoIdentityProviderClient = client("cognito-idp", url)
    tokens = {}
    for name, user in TOKEN_OF.items():
        answer = cognito.admin_initiate_auth(
            UserPoolId=outputs["UserPoolId"],
            ClientId=outputs["UserPoolClientId"],
            AuthFlow="ADMIN_USER_PASSWORD_AUTH",
            AuthParameters={"USERNAME": user, "PASSWORD": passwords[user]},
        )
        tokens[name] = answer["AuthenticationResult"]["AccessToken"]
    return tokens


def seconds_left(token: str) -> float:
    """Seconds until an access token expires, read from its claims."""
    claims = token.split(".")[1]
    padded = claims + "=" * (-len(claims) % 4)
    return float(json.loads(base64.urlsafe_b64decode(padded))["exp"]) - time.time()


def are_fresh(tokens: Mapping[str, str]) -> bool:
    """Whether every user has a token that is valid for at least FRESH_SECONDS."""
    return tokens.keys() == TOKEN_OF.keys() and all(
        seconds_left(token) >= FRESH_SECONDS for token in tokens.values()
    )
