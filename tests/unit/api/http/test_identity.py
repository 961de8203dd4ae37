"""The principal: what of a token's claims counts, and what does not."""

import json
from collections.abc import Sequence
from typing import Any

import pytest

from lambdas.api.http.identity import Principal, Role, principal_of
from lambdas.domain.errors import NotAllowed
from tests.support.api_caller import a_machine, a_person, an_event
from tests.support.builders import an_order


def principal(**claims: Any) -> Principal | None:
    return principal_of(an_event("GET", "/orders", claims))


@pytest.mark.parametrize(
    "groups",
    [
        "[customer approver]",
        "[customer, approver]",
        "customer approver",
        "customer,approver",
        ["customer", "approver"],
        json.dumps(["customer", "approver"]),
    ],
)
def test_groups_are_read_in_every_form_that_gateways_use(groups: Any) -> None:
    known = principal(sub="sub-1", username="alice", **{"cognito:groups": groups})

    assert known == Principal(
        subject="sub-1",
        name="alice",
        roles=frozenset({Role.CUSTOMER, Role.APPROVER}),
        groups=frozenset({"customer", "approver"}),
    )


def test_a_person_gets_no_role_from_the_scopes_of_a_client() -> None:
    known = principal_of(
        an_event("GET", "/", {**a_person("alice", "customer"), "scope": "orders/operator"})
    )

    assert known is not None
    assert known.roles == {Role.CUSTOMER}
    assert not known.machine


def test_a_machine_client_gets_no_role_from_groups() -> None:
    known = principal_of(
        an_event("GET", "/", {**a_machine("orders/customer"), "cognito:groups": "[operator]"})
    )

    assert known == Principal(
        subject="client:shop",
        name="client:shop",
        groups=frozenset({"customer"}),
        roles=frozenset({Role.CUSTOMER}),
        machine=True,
    )


NO_ROLE: Sequence[object] = (None, "", "[]", "[admin]", "[customers]", 5, {}, '"customer')


@pytest.mark.parametrize(
    "claims",
    [
        *({**a_person("alice"), "cognito:groups": groups} for groups in NO_ROLE),
        *map(a_machine, ("", "other/operator", "operator", "orders/admin", "orders/")),
    ],
)
def test_other_groups_and_scopes_give_no_role(claims: dict[str, Any]) -> None:
    known = principal(**claims)

    assert known is not None
    assert known.roles == frozenset()


@pytest.mark.parametrize(
    "claims",
    [
        {},
        {"username": "alice", "cognito:groups": "[customer]"},
        {"sub": "", "username": "alice", "cognito:groups": "[customer]"},
        {"sub": "1", "cognito:username": "alice", "cognito:groups": "[customer]"},
        {**a_person("alice", "customer"), "token_use": "id"},
    ],
)
def test_claims_that_are_not_of_an_access_token_name_no_principal(claims: dict[str, Any]) -> None:
    assert principal(**claims) is None


@pytest.mark.parametrize(
    "claims",
    [
        {"username": ""},
        {"username": "a#b"},
        {"username": "client:shop"},  # the name of a machine client
        {"username": "anne/marie"},
        {"username": "ann\u00e9"},
        {"username": "eve#1", "client_id": "web", "scope": "orders/operator"},
        {"username": 5},
        {"client_id": "a:b"},
    ],
)
def test_an_unsupported_user_name_is_refused_with_the_supported_characters(
    claims: dict[str, Any],
) -> None:
    with pytest.raises(NotAllowed, match="1 to 128 letters"):
        principal(**claims)


@pytest.mark.parametrize(
    "context", [{}, {"authorizer": None}, {"authorizer": {}}, {"authorizer": {"jwt": {}}}]
)
def test_a_request_without_claims_has_no_principal(context: dict[str, Any]) -> None:
    assert principal_of({"requestContext": context}) is None


def a_principal(name: str, roles: frozenset[Role], *, machine: bool = False) -> Principal:
    return Principal(subject=f"sub-{name}", name=name, roles=roles, machine=machine)


@pytest.mark.parametrize(
    ("who", "sees", "owns"),
    [
        (a_principal("alice", roles=frozenset({Role.CUSTOMER})), True, True),
        (a_principal("bob", roles=frozenset({Role.CUSTOMER})), False, False),
        (a_principal("alice", roles=frozenset()), False, False),
        (a_principal("a", roles=frozenset({Role.APPROVER})), True, False),
        (a_principal("o", roles=frozenset({Role.OPERATOR})), True, False),
        (a_principal("m", roles=frozenset({Role.CUSTOMER}), machine=True), True, True),
        (a_principal("m", roles=frozenset({Role.APPROVER}), machine=True), True, False),
    ],
)
def test_the_visibility_and_ownership_of_an_order(who: Principal, sees: bool, owns: bool) -> None:
    order = an_order()

    assert (who.sees(order), who.owns(order)) == (sees, owns)
