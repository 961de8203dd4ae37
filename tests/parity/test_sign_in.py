"""The local sign-in page of a user pool: a list of users, then a code with PKCE."""

import base64
import hashlib
import re
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from tests.parity.emulators import Emulator

CALLBACK = "http://127.0.0.1:9/console"
VERIFIER = "v" * 43
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=")


@dataclass(frozen=True)
class Pool:
    aws: Emulator
    client_id: str

    def page(self, **changes: str) -> httpx.Response:
        parameters = {
            "client_id": self.client_id,
            "redirect_uri": CALLBACK,
            "response_type": "code",
            "scope": "openid",
            "state": "s-1",
            "code_challenge": CHALLENGE.decode(),
            "code_challenge_method": "S256",
        }
        return httpx.get(f"{self.aws.url}/oauth2/authorize", params={**parameters, **changes})

    def choose(self, page: str, user: str) -> httpx.Response:
        form = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page))
        return httpx.post(f"{self.aws.url}/login", data={**form, "username": user})

    def redeem(self, code: str, verifier: str) -> httpx.Response:
        parameters = {
            "grant_type": "authorization_code",
            "client_id": self.client_id,
            "code": code,
            "redirect_uri": CALLBACK,
            "code_verifier": verifier,
        }
        return httpx.post(f"{self.aws.url}/oauth2/token", data=parameters)


@pytest.fixture(scope="module")
def pool(aws: Emulator) -> Pool:
    cognito = aws.client("cognito-idp")
    pool_id = cognito.create_user_pool(PoolName="people")["UserPool"]["Id"]
    client = cognito.create_user_pool_client(
        UserPoolId=pool_id,
        ClientName="page",
        AllowedOAuthFlows=["code"],
        AllowedOAuthScopes=["openid"],
        AllowedOAuthFlowsUserPoolClient=True,
        CallbackURLs=[CALLBACK],
    )
    cognito.create_group(UserPoolId=pool_id, GroupName="approver")
    cognito.admin_create_user(UserPoolId=pool_id, Username="anna", MessageAction="SUPPRESS")
    cognito.admin_set_user_password(
        UserPoolId=pool_id, Username="anna", Password="Correct-horse-1", Permanent=True
    )
    cognito.admin_add_user_to_group(UserPoolId=pool_id, Username="anna", GroupName="approver")
    return Pool(aws, client["UserPoolClient"]["ClientId"])


def code_of(answer: httpx.Response) -> str:
    query = parse_qs(urlsplit(answer.headers["location"]).query)
    assert query["state"] == ["s-1"]
    return query["code"][0]


def test_the_selected_user_gets_a_code_for_a_token(pool: Pool) -> None:
    page = pool.page().text
    assert "anna (approver)" in page

    back = pool.choose(page, "anna")

    assert back.status_code == 302
    assert back.headers["location"].startswith(CALLBACK)
    token = pool.redeem(code_of(back), VERIFIER).json()["access_token"]
    claims = base64.urlsafe_b64decode(token.split(".")[1] + "==")
    assert b'"approver"' in claims


def test_the_page_says_what_a_role_can_do(pool: Pool) -> None:
    page = pool.page().text

    assert "<h2>Approver</h2><p>approves or declines payments</p>" in page


def test_a_code_is_worthless_without_its_verifier(pool: Pool) -> None:
    back = pool.choose(pool.page().text, "anna")

    assert pool.redeem(code_of(back), "w" * 43).status_code == 400


def test_a_redirect_to_an_unregistered_address_is_refused(pool: Pool) -> None:
    assert pool.page(redirect_uri="http://127.0.0.1:9/elsewhere").status_code == 400


def test_an_unknown_user_cannot_sign_in(pool: Pool) -> None:
    answer = pool.choose(pool.page().text, "unknown")

    assert answer.status_code == 200
    assert "no user of this name" in answer.text


def test_a_user_keeps_the_subject_in_another_pool_but_not_when_created_again(aws: Emulator) -> None:
    cognito = aws.client("cognito-idp")
    pools = [cognito.create_user_pool(PoolName=name)["UserPool"]["Id"] for name in ("one", "two")]

    def create(pool_id: str) -> str:
        user = cognito.admin_create_user(
            UserPoolId=pool_id, Username="ben", MessageAction="SUPPRESS"
        )["User"]
        return str(
            {attribute["Name"]: attribute["Value"] for attribute in user["Attributes"]}["sub"]
        )

    subjects = [create(pool_id) for pool_id in pools]
    cognito.admin_delete_user(UserPoolId=pools[0], Username="ben")

    assert subjects[0] == subjects[1]
    assert create(pools[0]) not in subjects
