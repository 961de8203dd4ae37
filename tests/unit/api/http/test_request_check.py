"""Requests that never reach a route function: without a token, or without the role."""

import pytest

from lambdas.api.application import OPERATIONS
from lambdas.api.http.identity import Role
from lambdas.api.http.resource import Operation
from tests.support.api_caller import ApiCaller, a_person
from tests.support.builders import an_order_id
from tests.support.world import World

PRIVATE = [one for one in OPERATIONS if not one.public]
PUBLIC = [one for one in OPERATIONS if one.public and "{code}" not in one.path]


def name(operation: Operation) -> str:
    return operation.name


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
        assert " or ".join(sorted(operation.roles)) in answer.json["detail"]


@pytest.mark.parametrize("operation", PUBLIC, ids=name)
def test_a_public_route_needs_no_token(api: ApiCaller, operation: Operation) -> None:
    assert api.call(operation.method, path_of(operation), None).status < 400


@pytest.mark.parametrize("operation", PRIVATE, ids=name)
def test_the_refusal_of_a_role_names_the_operation(api: ApiCaller, operation: Operation) -> None:
    detail = api.call(operation.method, path_of(operation), a_person("x")).json["detail"]

    assert operation.summary[1:] in detail
    assert "_" not in detail
