"""HTTP APIs with a JWT authorizer: accepted tokens, and the claims in the event."""

import base64
import json
import time
import uuid
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from tests.parity.definitions import DECLINED
from tests.parity.emulators import Emulator
from tests.parity.fix_coverage import covers_fix

PASSWORD = "Correct-horse-1"
RETURN_AUTHORIZER = """
import json

def handle(event, context):
    authorizer = event["requestContext"].get("authorizer")
    return {"statusCode": 200, "body": json.dumps(authorizer)}
"""


@dataclass(frozen=True)
class Api:
    """An API whose one route needs an access token of the pool."""

    aws: Emulator
    api_id: str
    pool: str
    client: str

    def get(self, token: str | None) -> tuple[int, Any]:
        url = f"{self.aws.url}/_aws/execute-api/{self.api_id}/$default/who"
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        answer = httpx.get(url, headers=headers, timeout=30)
        return answer.status_code, answer.json()

    def sign_in(self, name: str) -> str:
        answer = self.aws.client("cognito-idp").admin_initiate_auth(
            UserPoolId=self.pool,
            ClientId=self.client,
            AuthFlow="ADMIN_USER_PASSWORD_AUTH",
            AuthParameters={"USERNAME": name, "PASSWORD": PASSWORD},
        )
        token: str = answer["AuthenticationResult"]["AccessToken"]
        return token


@pytest.fixture(scope="module")
def api(aws: Emulator) -> Api:
    pool, client = _pool_with_alice(aws)
    gateway = aws.client("apigatewayv2")
    api_id = gateway.create_api(Name="a", ProtocolType="HTTP")["ApiId"]
    issuer = f"https://cognito-idp.us-east-1.amazonaws.com/{pool}"
    authorizer = gateway.create_authorizer(
        ApiId=api_id,
        Name="jwt",
        AuthorizerType="JWT",
        IdentitySource=["$request.header.Authorization"],
        JwtConfiguration={"Issuer": issuer, "Audience": [client]},
    )["AuthorizerId"]
    signed_in = {"AuthorizationType": "JWT", "AuthorizerId": authorizer}
    _serve_who(aws, api_id, RETURN_AUTHORIZER, **signed_in)
    return Api(aws, api_id, pool, client)


def _serve_who(aws: Emulator, api_id: str, source: str, **authorization: str) -> None:
    """Give the API the route `GET /who`, answered by a function."""
    gateway = aws.client("apigatewayv2")
    integration = gateway.create_integration(
        ApiId=api_id,
        IntegrationType="AWS_PROXY",
        IntegrationUri=aws.function(source),
        PayloadFormatVersion="2.0",
    )["IntegrationId"]
    target = f"integrations/{integration}"
    gateway.create_route(ApiId=api_id, RouteKey="GET /who", Target=target, **authorization)
    gateway.create_stage(ApiId=api_id, StageName="$default", AutoDeploy=True)


def _pool_with_alice(aws: Emulator) -> tuple[str, str]:
    """A user pool and its client, whose access tokens are valid for ten seconds."""
    cognito = aws.client("cognito-idp")
    pool = cognito.create_user_pool(PoolName=f"p-{uuid.uuid4().hex[:8]}")["UserPool"]["Id"]
    client = cognito.create_user_pool_client(
        UserPoolId=pool,
        ClientName="c",
        ExplicitAuthFlows=["ALLOW_ADMIN_USER_PASSWORD_AUTH"],
        AccessTokenValidity=10,
        TokenValidityUnits={"AccessToken": "seconds"},
    )["UserPoolClient"]["ClientId"]
    cognito.admin_create_user(UserPoolId=pool, Username="alice")
    cognito.admin_set_user_password(
        UserPoolId=pool, Username="alice", Password=PASSWORD, Permanent=True
    )
    for group in ("customer", "vip"):
        cognito.create_group(UserPoolId=pool, GroupName=group)
        cognito.admin_add_user_to_group(UserPoolId=pool, Username="alice", GroupName=group)
    return pool, client


def claims_of(token: str) -> dict[str, Any]:
    payload = token.split(".")[1]
    claims: dict[str, Any] = json.loads(
        base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4))
    )
    return claims


def test_an_access_token_is_accepted_and_its_claims_reach_the_function(api: Api) -> None:
    status, authorizer = api.get(api.sign_in("alice"))
    assert status == 200
    claims = authorizer["jwt"]["claims"]
    assert claims["username"] == "alice"
    assert claims["token_use"] == "access"
    assert sorted(claims["cognito:groups"].strip("[]").split()) == ["customer", "vip"]


@covers_fix("integration-errors")
def test_a_failed_function_is_an_internal_server_error_without_details(aws: Emulator) -> None:
    api_id = aws.client("apigatewayv2").create_api(Name="f", ProtocolType="HTTP")["ApiId"]
    _serve_who(aws, api_id, DECLINED)
    answer = Api(aws, api_id, pool="", client="").get(None)
    assert answer == (500, {"message": "Internal Server Error"})


def test_requests_pass_while_a_fault_waits_for_another_call(api: Api) -> None:
    fault = {"service": "ses", "action": "SendEmail", "effect": "drop"}
    httpx.post(f"{api.aws.url}/_local/faults", json=fault)
    try:
        assert api.get(api.sign_in("alice"))[0] == 200
    finally:
        httpx.delete(f"{api.aws.url}/_local/faults")


def test_a_machine_clients_scopes_reach_the_function(api: Api) -> None:
    machine = _machine_client(api)
    gateway = api.aws.client("apigatewayv2")
    (authorizer,) = gateway.get_authorizers(ApiId=api.api_id)["Items"]
    issuer = authorizer["JwtConfiguration"]["Issuer"]
    audience = [api.client, machine["ClientId"]]
    gateway.update_authorizer(
        ApiId=api.api_id,
        AuthorizerId=authorizer["AuthorizerId"],
        JwtConfiguration={"Issuer": issuer, "Audience": audience},
    )
    granted = httpx.post(
        f"{api.aws.url}/oauth2/token",
        data={"grant_type": "client_credentials", "scope": "orders/operator"},
        auth=(machine["ClientId"], machine["ClientSecret"]),
    ).json()
    status, claims_of_call = api.get(granted["access_token"])
    assert status == 200
    assert claims_of_call["jwt"]["claims"]["scope"] == "orders/operator"
    assert "username" not in claims_of_call["jwt"]["claims"]


def _machine_client(api: Api) -> dict[str, Any]:
    """A client with the client credentials grant and the scope orders/operator."""
    cognito = api.aws.client("cognito-idp")
    cognito.create_resource_server(
        UserPoolId=api.pool,
        Identifier="orders",
        Name="orders",
        Scopes=[{"ScopeName": "operator", "ScopeDescription": "may do all"}],
    )
    created: dict[str, Any] = cognito.create_user_pool_client(
        UserPoolId=api.pool,
        ClientName="machine",
        GenerateSecret=True,
        AllowedOAuthFlows=["client_credentials"],
        AllowedOAuthFlowsUserPoolClient=True,
        AllowedOAuthScopes=["orders/operator"],
    )["UserPoolClient"]
    return created


def test_no_token_and_garbage_are_refused(api: Api) -> None:
    assert [api.get(token)[0] for token in (None, "garbage", "a.b.c")] == [401, 401, 401]


def test_a_token_with_changed_claims_is_refused(api: Api) -> None:
    header, _, signature = api.sign_in("alice").split(".")
    claims = {**claims_of(api.sign_in("alice")), "username": "mallory"}
    changed = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    assert api.get(f"{header}.{changed}.{signature}")[0] == 401


def test_an_expired_token_is_refused(api: Api) -> None:
    token = api.sign_in("alice")
    assert api.get(token)[0] == 200
    time.sleep(max(0, claims_of(token)["exp"] - time.time()) + 1)
    assert api.get(token)[0] == 401
