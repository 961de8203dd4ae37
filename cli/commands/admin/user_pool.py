"""The user pool of a deployment in Amazon Cognito, with the caller's AWS credentials.

boto3 is imported on first use: only `orders admin user` needs it.
"""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cli.commands.admin.region import selected_region
from cli.problems import NotFound, Refused, Unreachable, WrongUsage

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient

ROLES = ("customer", "approver", "operator")


@dataclass(frozen=True, slots=True)
class UserPool:
    """One user pool. Its groups are the roles."""

    cognito: "CognitoIdentityProviderClient"
    pool_id: str

    def create(self, user: str, *, email: str, role: str) -> None:
        """Create a user with one role; Cognito mails the first password."""
        attributes: Any = [
            {"Name": "email", "Value": email},
            {"Name": "email_verified", "Value": "true"},
        ]
        self.cognito.admin_create_user(
            UserPoolId=self.pool_id,
            Username=user,
            UserAttributes=attributes,
            TemporaryPassword=new_password(),
            DesiredDeliveryMediums=["EMAIL"],
        )
        self.grant(user, role)

    def exists(self, user: str) -> bool:
        """Whether the user exists."""
        try:
            self.cognito.admin_get_user(UserPoolId=self.pool_id, Username=user)
        except self.cognito.exceptions.UserNotFoundException:
            return False
        return True

    def grant(self, user: str, role: str) -> None:
        """Add a role. Tokens that exist do not have it."""
        self.cognito.admin_add_user_to_group(UserPoolId=self.pool_id, Username=user, GroupName=role)

    def revoke(self, user: str, role: str) -> None:
        """Remove a role, and end the user's sessions. An access token stays valid for an hour."""
        self.cognito.admin_remove_user_from_group(
            UserPoolId=self.pool_id, Username=user, GroupName=role
        )
        self.cognito.admin_user_global_sign_out(UserPoolId=self.pool_id, Username=user)

    def disable(self, user: str) -> None:
        """Refuse further sign-ins. An access token stays valid for an hour."""
        self.cognito.admin_disable_user(UserPoolId=self.pool_id, Username=user)
        self.cognito.admin_user_global_sign_out(UserPoolId=self.pool_id, Username=user)

    def users(self) -> list[dict[str, Any]]:
        """Every user with roles and status, by name."""
        roles: dict[str, list[str]] = {}
        groups = self.cognito.get_paginator("list_users_in_group")
        for role in ROLES:
            for page in groups.paginate(UserPoolId=self.pool_id, GroupName=role):
                for one in page["Users"]:
                    roles.setdefault(one["Username"], []).append(role)
        pages = self.cognito.get_paginator("list_users").paginate(UserPoolId=self.pool_id)
        found = [
            {
                "user": user["Username"],
                "roles": roles.get(user["Username"], []),
                "enabled": user["Enabled"],
                "status": user.get("UserStatus", ""),
            }
            for page in pages
            for user in page["Users"]
        ]
        return sorted(found, key=lambda one: str(one["user"]))


def new_password() -> str:
    """A random password that the pool's policy accepts: long, with every kind of character."""
    return f"{secrets.token_urlsafe(18)}-aA1"


@contextmanager
def open_user_pool(stack: str) -> Iterator[UserPool]:
    """The user pool of a deployed stack. Raises Problem if AWS refuses or does not answer."""
    try:
        import boto3
        from botocore.exceptions import BotoCoreError, ClientError
    except ImportError as error:
        raise WrongUsage(
            "managing users needs boto3, which is not installed",
            advice="pip install 'order-workflow[admin]'",
        ) from error
    try:
        session = boto3.Session(region_name=selected_region())
        pool_id = _read_pool_id(session.client("cloudformation"), stack)
        yield UserPool(session.client("cognito-idp"), pool_id)
    except ClientError as error:
        raise _problem(error.response["Error"], stack) from error
    except BotoCoreError as error:
        raise Unreachable(
            f"AWS cannot be called: {error}",
            advice="set credentials and region: AWS_PROFILE, AWS_REGION (`aws sts "
            "get-caller-identity` tests them)",
        ) from error


def _read_pool_id(stacks: "CloudFormationClient", stack: str) -> str:
    """The output UserPoolId of the stack. Raises NotFound."""
    (found,) = stacks.describe_stacks(StackName=stack)["Stacks"]
    outputs = {
        output.get("OutputKey"): output.get("OutputValue") for output in found.get("Outputs", [])
    }
    pool_id = outputs.get("UserPoolId")
    if pool_id is None:
        raise NotFound(
            f"stack {stack} has no user pool", advice="name the stack of an order workflow"
        )
    return pool_id


def _problem(error: Any, stack: str) -> Refused | NotFound:
    """Translate an error of AWS."""
    code, message = error.get("Code", ""), error.get("Message", "")
    if code == "ValidationError" and "does not exist" in message:
        return NotFound(
            f"there is no stack {stack} in this account and region",
            advice="check --stack, AWS_PROFILE and AWS_REGION",
        )
    if code == "UserNotFoundException":
        return NotFound("there is no such user", advice="`orders admin user list` shows all users")
    if code == "UsernameExistsException":
        return Refused(
            "a user of this name exists", advice="`orders admin user grant` adds a role to it"
        )
    return Refused(f"AWS refused: {message or code}", advice=f"check your permissions ({code})")
