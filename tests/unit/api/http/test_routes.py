"""The routes: what is served by which path and method, and for whom."""

import re
from operator import attrgetter

import pytest

from lambdas.api.application import OPERATIONS
from lambdas.api.http.identity import Role
from lambdas.api.http.request_check import method_and_path
from lambdas.api.http.resource import Operation
from lambdas.domain.record.signals import SignalKind
from tests.support.api_caller import ApiCaller, a_person, an_event
from tests.support.builders import an_order_id
from tests.support.world import World

PRIVATE = [one for one in OPERATIONS if not one.public]
PUBLIC = [one for one in OPERATIONS if one.public and "{code}" not in one.path]
NAME = attrgetter("name")


def test_the_routes_are_those_of_the_contract_with_their_callers() -> None:
    everybody = {"customer", "approver", "operator"}
    order, signals = "/orders/{order_id}", "/orders/{order_id}/signals"
    assert {
        (operation.method, operation.path): set(operation.roles) for operation in OPERATIONS
    } == {
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
        ("POST", f"{signals}/decline-payment"): {"approver"},
        ("POST", f"{signals}/cancel-order"): {"customer", "operator"},
        ("POST", f"{signals}/add-line-item"): {"customer"},
        ("GET", signals): everybody,
        ("GET", f"{signals}/{{signal_id}}"): everybody,
        ("POST", "/ops/orders/{order_id}/compensate"): {"operator"},
        ("POST", "/ops/orders/{order_id}/resume"): {"operator"},
        ("POST", "/ops/orders/{order_id}/abort"): {"operator"},
        ("POST", "/ops/orders/{order_id}/settle"): {"operator"},
        ("POST", "/ops/orders/{order_id}/resend"): {"operator"},
        ("GET", "/catalogue"): everybody,
        ("GET", "/ops/verdicts"): {"operator"},
        ("GET", "/ops/versions"): {"operator"},
        ("GET", "/ops/products/{sku}"): {"operator"},
        ("PUT", "/ops/products/{sku}"): {"operator"},
        ("POST", "/ops/products/{sku}/corrections"): {"operator"},
        ("POST", "/ops/customers"): {"operator"},
        ("GET", "/ops/events"): {"operator"},
        ("GET", "/approvals/{code}"): set(),
        ("POST", "/approvals/{code}"): {"approver"},
        ("GET", "/health"): set(),
        ("GET", "/console"): set(),
        ("GET", "/console/"): set(),
        ("GET", "/console/{file}"): set(),
        ("GET", "/sign-in"): set(),
        ("GET", "/docs"): set(),
        ("GET", "/openapi.json"): set(),
    }


@pytest.mark.parametrize(
    "path",
    ["/", "/order", "/orders/", "/orders//items", "/ops", "/health/x", "/ORDERS", "//orders"],
)
def test_a_path_that_is_not_served_is_not_found(api: ApiCaller, path: str) -> None:
    answer = api.get(path)

    assert answer.status == 404
    assert answer.json["type"].endswith("route-not-found")


@pytest.mark.parametrize("path", ["/health", "/console", "/openapi.json", "/orders"])
def test_head_is_answered_as_get_without_the_content(api: ApiCaller, path: str) -> None:
    got = api.get(path)
    head = api.call("HEAD", path)

    assert head.status == got.status
    assert head.headers == got.headers
    assert head.text == ""


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("DELETE", "/orders", "GET, HEAD, POST"),
        ("PUT", f"/orders/{an_order_id()}", "GET, HEAD"),
        ("GET", f"/orders/{an_order_id()}/heartbeat", "POST"),
        ("POST", "/health", "GET, HEAD"),
    ],
)
def test_the_refusal_of_a_method_lists_the_allowed_ones(
    api: ApiCaller, method: str, path: str, allowed: str
) -> None:
    answer = api.call(method, path, None)

    assert answer.status == 405
    assert answer.headers["allow"] == allowed


def test_a_misspelt_kind_of_a_signal_is_answered_with_the_kinds(api: ApiCaller) -> None:
    answer = api.call("POST", f"/orders/{an_order_id()}/signals/approve", None)

    kinds = ", ".join(sorted(SignalKind))
    assert answer.status == 405
    assert answer.json["detail"] == (
        f"This path has no method POST; POST is possible with {kinds} as its last part."
    )


@pytest.mark.parametrize("text", ["\x03", "·", "a b", "%C2%B7", "a\u2028", "😀"])
@pytest.mark.parametrize("operation", [o for o in OPERATIONS if "{" in o.path], ids=NAME)
def test_an_id_with_other_characters_is_not_found(
    api: ApiCaller, world: World, operation: Operation, text: str
) -> None:
    caller = a_person("x", *Role)
    order_id = world.place(customer_id="x").order_id
    names = {"order_id": order_id, "signal_id": "s1", "file": "f"}
    last = re.findall(r"{(\w+)}", operation.path)[-1]
    path = operation.path.format_map({**names, last: text})

    answer = api.call(operation.method, path, caller, text="{}", headers={"Idempotency-Key": "k"})

    assert answer.status == 404


def test_a_stages_name_before_the_path_is_dropped() -> None:
    event = an_event("get", "/live/orders")
    event["requestContext"]["stage"] = "live"

    assert method_and_path(event) == ("GET", "/orders")


def path_of(operation: Operation) -> str:
    return operation.path.format_map(
        {
            "order_id": an_order_id(),
            "signal_id": "s1",
            "file": "console.js",
            "code": "c",
            "sku": "MUG-RED",
        }
    )


@pytest.mark.parametrize("operation", PRIVATE, ids=NAME)
def test_a_caller_without_a_token_is_not_authenticated(
    api: ApiCaller, operation: Operation
) -> None:
    answer = api.call(operation.method, path_of(operation), None)

    assert answer.status == 401
    assert answer.headers["www-authenticate"].startswith("Bearer")


@pytest.mark.parametrize("role", [*Role, "unknown"])
@pytest.mark.parametrize("operation", PRIVATE, ids=NAME)
def test_only_the_roles_of_a_route_get_past_the_gate(
    api: ApiCaller, world: World, operation: Operation, role: str
) -> None:
    world.store.unavailable = world.inventory.unavailable = True

    answer = api.call(operation.method, path_of(operation), a_person("x", role), text="broken")

    assert (answer.status == 403) == (role not in operation.roles)
    if answer.status == 403:
        detail = answer.json["detail"]
        assert " or ".join(sorted(operation.roles)) in detail
        assert operation.summary[1:] in detail
        assert "_" not in detail


@pytest.mark.parametrize("operation", PUBLIC, ids=NAME)
def test_a_public_route_needs_no_token_and_no_store(
    api: ApiCaller, world: World, operation: Operation
) -> None:
    world.store.unavailable = world.inventory.unavailable = True

    assert api.call(operation.method, path_of(operation), None).status < 400
