"""The gate: routes, callers and bodies that never reach a route function."""

import base64
import re
from typing import Any, cast

import pytest
from aws_lambda_powertools.utilities.typing import LambdaContext

from lambdas.api.application import OPERATIONS
from lambdas.api.gate import method_and_path
from lambdas.api.handler import respond
from lambdas.api.identity import Role
from lambdas.api.resource import Operation
from tests.support.api_caller import ALICE, ApiCaller, Context, a_person, an_event, read
from tests.support.builders import an_order_id
from tests.support.world import World

KEY = {"Idempotency-Key": "k"}
BODY = '{"items": [{"sku": "MUG-RED", "quantity": 1}], "payment_method": "pm_ok"}'
PRIVATE = [one for one in OPERATIONS if not one.public]
PUBLIC = [one for one in OPERATIONS if one.public and "{code}" not in one.path]


def name(operation: Operation) -> str:
    return operation.name


def path_of(operation: Operation) -> str:
    return operation.path.format_map(
        {"order_id": an_order_id(), "signal_id": "s1", "file": "console.js", "code": "c"}
    )


def test_the_routes_are_those_of_the_contract_with_their_callers() -> None:
    everybody = {"customer", "approver", "operator"}
    order, signals = "/orders/{order_id}", "/orders/{order_id}/signals"
    assert {(one.method, one.path): set(one.roles) for one in OPERATIONS} == {
        ("POST", "/orders"): {"customer", "operator"},
        ("GET", "/orders"): everybody,
        ("GET", order): everybody,
        ("GET", f"{order}/items"): everybody,
        ("GET", f"{order}/timeline"): everybody,
        ("GET", f"{order}/execution"): everybody,
        ("GET", f"{order}/history"): {"operator"},
        ("GET", "/stages"): everybody,
        ("POST", f"{order}/heartbeat"): {"approver"},
        ("POST", f"{signals}/approve-payment"): {"approver"},
        ("POST", f"{signals}/cancel-order"): {"customer", "operator"},
        ("POST", f"{signals}/add-line-item"): {"customer"},
        ("GET", f"{signals}/{{signal_id}}"): everybody,
        ("POST", "/ops/orders/{order_id}/compensate"): {"operator"},
        ("POST", "/ops/orders/{order_id}/abort"): {"operator"},
        ("GET", "/ops/verdicts"): {"operator"},
        ("GET", "/ops/versions"): {"operator"},
        ("GET", "/approvals/{code}"): set(),
        ("POST", "/approvals/{code}"): {"approver"},
        ("GET", "/health"): set(),
        ("GET", "/console"): set(),
        ("GET", "/console/{file}"): set(),
        ("GET", "/sign-in"): set(),
        ("GET", "/docs"): set(),
        ("GET", "/openapi.json"): set(),
    }


@pytest.mark.parametrize("operation", PRIVATE, ids=name)
def test_a_caller_without_a_token_is_not_authenticated(
    api: ApiCaller, operation: Operation
) -> None:
    answer = api.call(operation.method, path_of(operation), None)

    assert answer.status == 401
    assert answer.headers["www-authenticate"].startswith("Bearer")


@pytest.mark.parametrize("role", [*Role, "nobody"])
@pytest.mark.parametrize("operation", PRIVATE, ids=name)
def test_only_the_roles_of_a_route_get_past_the_gate(
    api: ApiCaller, world: World, operation: Operation, role: str
) -> None:
    world.store.unavailable = world.inventory.unavailable = True

    answer = api.call(operation.method, path_of(operation), a_person("x", role), text="broken")

    assert (answer.status == 403) == (role not in operation.roles)
    if answer.status == 403:
        assert all(allowed in answer.json["detail"] for allowed in operation.roles)


@pytest.mark.parametrize("operation", PUBLIC, ids=name)
def test_a_public_route_needs_no_token(api: ApiCaller, operation: Operation) -> None:
    assert api.call(operation.method, path_of(operation), None).status == 200


@pytest.mark.parametrize(
    "path",
    ["/", "/order", "/orders/", "/orders//items", "/ops", "/health/x", "/ORDERS", "//orders"],
)
def test_a_path_that_is_not_served_is_not_found(api: ApiCaller, path: str) -> None:
    answer = api.get(path)

    assert answer.status == 404
    assert answer.json["type"].endswith("route-not-found")


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("DELETE", "/orders", "GET, POST"),
        ("PUT", f"/orders/{an_order_id()}", "GET"),
        ("GET", f"/orders/{an_order_id()}/heartbeat", "POST"),
        ("POST", "/health", "GET"),
    ],
)
def test_a_method_that_is_not_served_is_told_which_are(
    api: ApiCaller, method: str, path: str, allowed: str
) -> None:
    answer = api.call(method, path, None)

    assert answer.status == 405
    assert answer.headers["allow"] == allowed


@pytest.mark.parametrize("text", ["\x03", "·", "a b", "%C2%B7", "a\u2028", "😀"])
@pytest.mark.parametrize("operation", [o for o in OPERATIONS if "{" in o.path], ids=name)
def test_an_id_of_odd_characters_is_not_found(
    api: ApiCaller, world: World, operation: Operation, text: str
) -> None:
    caller = a_person("x", *Role)
    order_id = world.place(customer_id="x").order_id
    names = {"order_id": order_id, "signal_id": "s1", "file": "f"}
    last = re.findall(r"{(\w+)}", operation.path)[-1]
    path = operation.path.format_map({**names, last: text})

    answer = api.call(operation.method, path, caller, text="{}", headers=KEY)

    assert answer.status == 404


def test_a_stages_name_before_the_path_is_dropped() -> None:
    event = an_event("get", "/live/orders")
    event["requestContext"]["stage"] = "live"

    assert method_and_path(event) == ("GET", "/orders")


@pytest.mark.parametrize(
    "text",
    ["", "{", "nope", "[]", "null", '"text"', "5", "[" * 10_000, '{"a":' * 2_000, "\ud800"],
)
def test_a_body_that_is_no_json_object_is_malformed(api: ApiCaller, text: str) -> None:
    answer = api.call("POST", "/orders", text=text, headers=KEY)

    assert answer.status == 400
    assert answer.json["type"].endswith("malformed-request")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('{"payment_method": "pm_ok", "payment_method": "pm_slow"}', "'payment_method'"),
        ('{"items": [{"sku": "A", "quantity": 1, "quantity": 999}]}', "'quantity'"),
        ('{"<b>": 1, "<b>": 2}', "a name"),
    ],
)
def test_a_body_that_gives_a_name_twice_is_malformed(api: ApiCaller, text: str, told: str) -> None:
    answer = api.call("POST", "/orders", text=text, headers=KEY)

    assert answer.status == 400
    assert f"The body gives {told} twice" in answer.json["detail"]


def test_a_missing_body_is_malformed(api: ApiCaller) -> None:
    assert api.call("POST", "/orders", headers=KEY).status == 400


def test_a_body_of_sixteen_kilobytes_is_read_and_a_larger_one_is_not(api: ApiCaller) -> None:
    fits = BODY + " " * (16 * 1024 - len(BODY))

    assert api.call("POST", "/orders", text=fits, headers=KEY).status == 201
    assert api.call("POST", "/orders", text=fits + " ", headers=KEY).status == 413


def test_the_size_of_a_body_counts_bytes_not_characters(api: ApiCaller) -> None:
    assert api.call("POST", "/orders", text='{"a": "' + "ü" * 8192 + '"}').status == 413


@pytest.mark.parametrize(
    "media_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; b=1"]
)
def test_a_body_that_is_declared_as_something_else_is_not_read(
    api: ApiCaller, media_type: str
) -> None:
    headers = {**KEY, "content-type": media_type}

    assert api.call("POST", "/orders", text=BODY, headers=headers).status == 415


@pytest.mark.parametrize("media_type", ["application/json; charset=utf-8", "APPLICATION/JSON", ""])
def test_json_may_be_declared_as_clients_do(api: ApiCaller, media_type: str) -> None:
    headers = {**KEY, "content-type": media_type}

    assert api.call("POST", "/orders", text=BODY, headers=headers).status == 201


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (base64.b64encode(BODY.encode()).decode(), 201),
        (base64.b64encode(BODY.encode("utf-16")).decode(), 400),
        (base64.b64encode(b"\xff\xfe").decode(), 400),
        ("%%%", 400),
        ("ü", 400),
    ],
)
def test_a_body_in_base64_is_decoded_or_refused(world: World, body: str, status: int) -> None:
    event: dict[str, Any] = an_event("POST", "/orders", ALICE, text=body, headers=KEY)
    event["isBase64Encoded"] = True

    raw = respond(event, cast(LambdaContext, Context()), lambda: world.deps)

    assert read(raw).status == status


@pytest.mark.parametrize("operation", PRIVATE, ids=name)
def test_a_refused_role_is_told_in_words_what_it_may_not_do(
    api: ApiCaller, operation: Operation
) -> None:
    detail = api.call(operation.method, path_of(operation), a_person("x")).json["detail"]

    assert operation.summary[1:] in detail
    assert "_" not in detail


def test_who_may_not_call_learns_nothing_about_what_was_wrong_otherwise(api: ApiCaller) -> None:
    path = f"/orders/{an_order_id()}/signals/approve-payment"

    assert api.call("POST", path, ALICE, text="broken").status == 403


def test_a_parameter_that_a_route_does_not_know_is_named(api: ApiCaller, world: World) -> None:
    answer = api.get(f"/orders/{world.place().order_id}?expand=items")

    assert answer.status == 422
    assert answer.json["errors"] == [{"field": "expand", "problem": "Known parameters: none"}]
