"""The caller: a principal with roles, read from the claims of a verified access token.

API Gateway verifies signature, issuer, audience and expiry before it passes the claims on.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from lambdas.api.http.field_patterns import FORMS, USER_NAME, is_user_name
from lambdas.domain.errors import NotAllowed
from lambdas.domain.record.order import Order
from lambdas.domain.record.signals import Actor

_SCOPE_PREFIX = "orders/"


class Role(StrEnum):
    """A permission of a caller: a group of the user pool, or the scope `orders/<role>`."""

    CUSTOMER = "customer"
    APPROVER = "approver"
    OPERATOR = "operator"


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """The caller. `subject` identifies a user for ever (`sub`); `name` is the user name, which is
    the customer's id. A machine client has its roles from scopes and acts for every customer.
    """

    subject: str
    name: str
    roles: frozenset[Role]
    groups: frozenset[str] = frozenset()
    """All groups of a user, or scopes of a machine client, for the approval limits."""
    machine: bool = False

    @property
    def may_name_customers(self) -> bool:
        """Whether the caller may act for another customer."""
        return self.machine or Role.OPERATOR in self.roles

    @property
    def actor(self) -> Actor:
        """The caller as records name it."""
        return Actor(self.subject, self.name)

    @property
    def sees_names(self) -> bool:
        """Whether the caller may see the names of staff."""
        return bool(self.roles & {Role.APPROVER, Role.OPERATOR})

    @property
    def sees_all(self) -> bool:
        return self.machine or bool(self.roles & {Role.APPROVER, Role.OPERATOR})

    def sees(self, order: Order) -> bool:
        """Whether the order is visible to the caller. Customers see only their own orders."""
        return self.sees_all or self.owns(order)

    def owns(self, order: Order) -> bool:
        """Whether the caller is the order's customer, or a machine client with that role."""
        acts_for_it = self.machine or self.name == order.customer_id
        return Role.CUSTOMER in self.roles and acts_for_it


def principal_of(event: Mapping[str, Any]) -> Principal | None:
    """The principal of an API Gateway event; None without the claims of an access token.

    Raises NotAllowed for a name that cannot be a customer's id or part of a key.
    """
    authorizer = (event.get("requestContext") or {}).get("authorizer") or {}
    claims = (authorizer.get("jwt") or {}).get("claims") or {}
    if claims.get("token_use", "access") != "access":
        return None
    if "username" in claims:  # only a person has a user name
        return _person(claims)
    if "client_id" not in claims:
        return None
    name = f"client:{_name(claims['client_id'])}"
    return _principal(name, name, _scopes(claims), machine=True)


def _person(claims: Mapping[str, Any]) -> Principal | None:
    subject, name = claims.get("sub"), _name(claims["username"])
    if not is_user_name(subject):
        return None
    return _principal(str(subject), name, _list_items(claims.get("cognito:groups")))


def _principal(subject: str, name: str, groups: list[str], *, machine: bool = False) -> Principal:
    roles = frozenset(role for role in Role if role.value in groups)
    return Principal(
        subject=subject, name=name, roles=roles, groups=frozenset(groups), machine=machine
    )


def _name(claim: object) -> str:
    if not is_user_name(claim):
        raise NotAllowed(
            "this user name is not supported: ask an operator to create a user whose name has "
            f"{FORMS[USER_NAME]}"
        )
    return str(claim)


def _scopes(claims: Mapping[str, Any]) -> list[str]:
    scopes = str(claims.get("scope", "")).split()
    return [s.removeprefix(_SCOPE_PREFIX) for s in scopes if s.startswith(_SCOPE_PREFIX)]


def _list_items(claim: object) -> list[str]:
    """The items of a list claim. HTTP APIs pass it on as the text `[customer approver]`, other
    gateways as a list or as JSON.
    """
    if isinstance(claim, list):
        return [str(item) for item in claim]
    if not isinstance(claim, str):
        return []
    try:
        parsed = json.loads(claim)
    except ValueError:
        return claim.strip("[]").replace(",", " ").split()
    return [str(item) for item in parsed] if isinstance(parsed, list) else [str(parsed)]
