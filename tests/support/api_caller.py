"""Calls the API like API Gateway, and validates every response against docs/openapi.json."""

import base64
import gzip
import json
from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatch
from typing import Any, cast

from aws_lambda_powertools.utilities.typing import LambdaContext
from jsonschema import Draft202012Validator
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from lambdas.api.application import OPERATIONS
from lambdas.api.handler import respond
from tests.support.definition import ROOT
from tests.support.world import World

Claims = Mapping[str, Any]

DOCUMENT: dict[str, Any] = json.loads((ROOT / "docs/openapi.json").read_text())
_REGISTRY: Registry[Any] = Registry().with_resource(
    "urn:api", DRAFT202012.create_resource(DOCUMENT)
)


def a_person(name: str, *groups: str) -> Claims:
    """The claims of a user's access token, in the form that an HTTP API passes them."""
    return {
        "token_use": "access",
        "sub": f"sub-{name}",
        "username": name,
        "cognito:groups": f"[{' '.join(groups)}]",
        "client_id": "web-client",
        "scope": "aws.cognito.signin.user.admin",
    }


def a_machine(*scopes: str) -> Claims:
    """The claims of a machine client's access token."""
    return {"token_use": "access", "client_id": "shop", "scope": " ".join(scopes)}


ALICE = a_person("alice", "customer")
BOB = a_person("bob", "customer")
APPROVER = a_person("approver1", "approver")
OPERATOR = a_person("operator1", "operator")
SHOP = a_machine("orders/customer")


class Context:
    """The part of the Lambda context that the API reads."""

    aws_request_id = "request-1"


@dataclass(frozen=True)
class Answer:
    """A response; header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    text: str

    @property
    def json(self) -> Any:
        return json.loads(self.text)


class ApiCaller:
    """Sends requests to the API on a world of fakes."""

    def __init__(self, world: World) -> None:
        self.world = world

    def get(self, path: str, claims: Claims | None = ALICE, **more: Any) -> Answer:
        return self.call("GET", path, claims, **more)

    def post(
        self, path: str, body: object = None, claims: Claims | None = ALICE, **more: Any
    ) -> Answer:
        text = None if body is None else json.dumps(body)
        return self.call("POST", path, claims, text=text, **more)

    def put(self, path: str, body: object, claims: Claims | None = ALICE, **more: Any) -> Answer:
        return self.call("PUT", path, claims, text=json.dumps(body), **more)

    def call(
        self,
        method: str,
        path: str,
        claims: Claims | None = ALICE,
        *,
        text: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Send one request; `path` may have a query."""
        event = an_event(method, path, claims, text=text, headers=headers)
        context = cast(LambdaContext, Context())
        answer = read(respond(event, context, lambda: self.world.deps))
        if method != "HEAD":  # as GET, without the content
            require_as_documented(method, path.partition("?")[0], answer)
        return answer


def an_event(
    method: str,
    path: str,
    claims: Claims | None = None,
    *,
    text: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """An event in the payload format 2.0."""
    raw_path, _, query = path.partition("?")
    sent = {"content-type": "application/json"} if text is not None else {}
    event: dict[str, Any] = {
        "version": "2.0",
        "rawPath": raw_path,
        "rawQueryString": query,
        "headers": {**sent, **(headers or {})},
        "queryStringParameters": dict(pair.split("=", 1) for pair in query.split("&") if pair),
        "requestContext": {"http": {"method": method, "path": raw_path}, "stage": "$default"},
        "isBase64Encoded": False,
    }
    if text is not None:
        event["body"] = text
    if claims is not None:
        event["requestContext"]["authorizer"] = {"jwt": {"claims": dict(claims), "scopes": None}}
    return event


def read(raw: Mapping[str, Any]) -> Answer:
    """The response as a client receives it."""
    headers = {name.lower(): str(value) for name, value in raw["headers"].items()}
    body = raw["body"]
    assert isinstance(body, str), "the emulator's gateway requires a text, which may be empty"
    if raw["isBase64Encoded"]:
        body = gzip.decompress(base64.b64decode(body)).decode()
    return Answer(status=raw["statusCode"], headers=headers, text=body)


def require_as_documented(method: str, path: str, answer: Answer) -> None:
    """Assert that OpenAPI documents this status and body for the operation."""
    documented = _responses(method, path)
    if documented is None:
        assert answer.status in (404, 405), "an unknown operation can only be refused"
        return
    assert str(answer.status) in documented, f"{answer.status} is not documented for {path}"
    content = documented[str(answer.status)].get("content", {})
    if content:
        # The first one is the API's own; what may follow is the gateway's, which is not here.
        media_type, described = next(iter(content.items()))
        assert fnmatch(answer.headers["content-type"].partition(";")[0], media_type)
        if "schema" in described:
            validate(described["schema"], answer.json)
    assert content or answer.status in (204, 304, 308) or answer.text


def validate(schema: Mapping[str, Any], document: object) -> None:
    """Raise unless `document` matches the schema of docs/openapi.json."""
    absolute = json.loads(json.dumps(schema).replace('"#/', '"urn:api#/'))
    Draft202012Validator(absolute, registry=_REGISTRY).validate(document)


def _responses(method: str, path: str) -> Any:
    for operation in OPERATIONS:
        if operation.method == method and operation.pattern.fullmatch(path):
            return DOCUMENT["paths"][operation.path][method.lower()]["responses"]
    return None
