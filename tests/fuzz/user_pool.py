"""The user pool of an environment: more users, and tokens that only look right."""

import secrets
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from local.data.users import seconds_left
from local.host.aws_clients import client
from local.host.state import State

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient

_PASSWORD = "Canary-horse-battery-1!"  # of users that live as long as a test


class UserPool:
    """The user pool of an environment."""

    def __init__(self, state: State) -> None:
        self._cognito: CognitoIdentityProviderClient = client("cognito-idp", state.emulator_url)
        self._pool = state.outputs["UserPoolId"]
        self._client = state.outputs["UserPoolClientId"]
        self._passwords = dict(state.passwords)

    def user(self, name: str, group: str | None = None) -> str:
        """A new user, of a group or of none."""
        name = f"{name}-{secrets.token_hex(4)}"
        self._passwords[name] = _PASSWORD
        self._create(self._pool, name)
        if group is not None:
            self._cognito.admin_add_user_to_group(
                UserPoolId=self._pool, Username=name, GroupName=group
            )
        return name

    def sign_in(self, name: str) -> str:
        return str(self._tokens(self._pool, self._client, name)["AccessToken"])

    def identity_token(self, name: str) -> str:
        """An ID token of the same pool and client: it identifies the user and grants nothing."""
        return str(self._tokens(self._pool, self._client, name)["IdToken"])

    def expired_token(self, name: str) -> str:
        """A token that has just expired. The client's settings are as before afterwards."""
        settings = self._client_settings()
        try:
            self._set_client(
                {**settings, "AccessTokenValidity": 1},
                {**settings["TokenValidityUnits"], "AccessToken": "seconds"},
            )
            token = self.sign_in(name)
        finally:
            self._set_client(settings, settings["TokenValidityUnits"])
        left = seconds_left(token)
        assert left < 5, f"the token would live for {left:.0f} s"
        time.sleep(max(0.0, left) + 1)
        return token

    def foreign_token(self) -> str:
        """An operator's token of another user pool."""
        made = self._cognito.create_user_pool(PoolName=f"foreign-{secrets.token_hex(4)}")
        pool = made["UserPool"]["Id"]
        app = self._cognito.create_user_pool_client(
            UserPoolId=pool, ClientName="c", ExplicitAuthFlows=["ALLOW_ADMIN_USER_PASSWORD_AUTH"]
        )["UserPoolClient"]["ClientId"]
        self._passwords["foreigner"] = _PASSWORD
        self._create(pool, "foreigner")
        self._cognito.create_group(UserPoolId=pool, GroupName="operator")
        self._cognito.admin_add_user_to_group(
            UserPoolId=pool, Username="foreigner", GroupName="operator"
        )
        token = str(self._tokens(pool, app, "foreigner")["AccessToken"])
        self._cognito.delete_user_pool(UserPoolId=pool)
        return token

    def _create(self, pool: str, name: str) -> None:
        self._cognito.admin_create_user(
            UserPoolId=pool,
            Username=name,
            TemporaryPassword=self._passwords[name],
            MessageAction="SUPPRESS",
        )
        self._cognito.admin_set_user_password(
            UserPoolId=pool, Username=name, Password=self._passwords[name], Permanent=True
        )

    def _tokens(self, pool: str, app: str, name: str) -> Any:
        return self._cognito.admin_initiate_auth(
            UserPoolId=pool,
            ClientId=app,
            AuthFlow="ADMIN_USER_PASSWORD_AUTH",
            AuthParameters={"USERNAME": name, "PASSWORD": self._passwords[name]},
        )["AuthenticationResult"]

    def _client_settings(self) -> dict[str, Any]:
        described: dict[str, Any] = dict(
            self._cognito.describe_user_pool_client(UserPoolId=self._pool, ClientId=self._client)[
                "UserPoolClient"
            ]
        )
        return {
            name: value
            for name, value in described.items()
            if name not in ("CreationDate", "LastModifiedDate", "ClientSecret") and value != ""
        }

    def _set_client(self, settings: Mapping[str, Any], units: Any) -> None:
        self._cognito.update_user_pool_client(**{**settings, "TokenValidityUnits": units})
