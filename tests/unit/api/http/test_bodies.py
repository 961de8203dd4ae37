"""Bodies: which are read at all, and which are refused unread."""

import base64
from typing import Any, cast

import pytest
from aws_lambda_powertools.utilities.typing import LambdaContext

from lambdas.api.handler import respond
from tests.support.api_caller import ALICE, ApiCaller, Context, an_event, read
from tests.support.world import World

KEY = {"Idempotency-Key": "k"}
BODY = '{"items": [{"sku": "MUG-RED", "quantity": 1}], "payment_method": "pm_ok"}'


@pytest.mark.parametrize(
    "text",
    [None, "", "{", "nope", "[]", "null", '"text"', "5", "[" * 10_000, '{"a":' * 2_000, "\ud800"],
)
def test_a_body_that_is_no_json_object_is_malformed(api: ApiCaller, text: str | None) -> None:
    answer = api.call("POST", "/orders", text=text, headers=KEY)

    assert answer.status == 400
    assert answer.json["type"].endswith("malformed-request")


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ('{"payment_method": "pm_ok", "payment_method": "pm_slow"}', "'payment_method'"),
        ('{"items": [{"sku": "A", "quantity": 1, "quantity": 999}]}', "'quantity'"),
        ('{"<b>": 1, "<b>": 2}', "a name"),
    ],
)
def test_a_body_that_gives_a_name_twice_is_malformed(api: ApiCaller, text: str, name: str) -> None:
    answer = api.call("POST", "/orders", text=text, headers=KEY)

    assert answer.status == 400
    assert f"An object in the body contains {name} twice" in answer.json["detail"]


@pytest.mark.parametrize(
    ("text", "status"),
    [
        (BODY + " " * (16 * 1024 - len(BODY)), 201),
        (BODY + " " * (16 * 1024 - len(BODY) + 1), 413),
        ('{"a": "' + "ü" * 8192 + '"}', 413),  # bytes count, not characters
    ],
    ids=["16 KB", "more", "more bytes"],
)
def test_a_body_has_at_most_sixteen_kilobytes(api: ApiCaller, text: str, status: int) -> None:
    assert api.call("POST", "/orders", text=text, headers=KEY).status == status


@pytest.mark.parametrize(
    ("media_type", "status"),
    [
        *((one, 201) for one in ("application/json; charset=utf-8", "APPLICATION/JSON", "")),
        *((one, 415) for one in ("text/plain", "application/x-www-form-urlencoded")),
        ("multipart/form-data; b=1", 415),
    ],
)
def test_a_body_is_read_unless_it_is_declared_as_something_else(
    api: ApiCaller, media_type: str, status: int
) -> None:
    headers = {**KEY, "content-type": media_type}

    assert api.call("POST", "/orders", text=BODY, headers=headers).status == status


@pytest.mark.parametrize(
    ("body", "status", "detail"),
    [
        (base64.b64encode(BODY.encode()).decode(), 201, None),
        (base64.b64encode(BODY.encode("utf-16")).decode(), 400, "The body is not JSON."),
        (base64.b64encode(b"\xff\xfe").decode(), 400, "The body is not JSON."),
        ("%%%", 400, "The body is not valid base64."),
        ("ü", 400, "The body is not valid base64."),
    ],
)
def test_a_body_in_base64_is_decoded_or_refused(
    world: World, body: str, status: int, detail: str | None
) -> None:
    event: dict[str, Any] = an_event("POST", "/orders", ALICE, text=body, headers=KEY)
    event["isBase64Encoded"] = True

    raw = respond(event, cast(LambdaContext, Context()), lambda: world.deps)

    assert (read(raw).status, read(raw).json.get("detail")) == (status, detail)


@pytest.mark.parametrize(
    "event",
    [None, {}, {"requestContext": None}, {"requestContext": {"http": None}}, {"httpMethod": "GET"}],
)
def test_an_event_that_is_no_request_of_an_http_api_is_malformed(event: Any, world: World) -> None:
    raw = respond(event, cast(LambdaContext, Context()), lambda: world.deps)

    answer = read(raw)
    assert (answer.status, answer.json["title"]) == (400, "Malformed request")
    assert "payload format 2.0" in answer.json["detail"]
