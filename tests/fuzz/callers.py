"""Callers: users with each role, and requests without valid authentication."""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from local.host.state import State
from tests.fuzz.user_pool import UserPool

ROLE_OF = {
    "customer": "customer",
    "other_customer": "customer",
    "approver": "approver",
    "operator": "operator",
    "roleless": None,
}
"""Callers with valid tokens, and the role of each."""


@dataclass(frozen=True, slots=True)
class Caller:
    """`authorization` is the header's value; None = no header. `known`: the token is valid."""

    name: str
    authorization: str | None
    role: str | None = None
    known: bool = False

    @property
    def headers(self) -> dict[str, str]:
        return {} if self.authorization is None else {"Authorization": self.authorization}


def callers(state: State) -> dict[str, Caller]:
    """All callers, by name."""
    pool, known = UserPool(state), people(state)
    bad = _unauthenticated(state.tokens["operator"], pool)
    return {**known, **{name: Caller(name, bad[name]) for name in UNAUTHENTICATED}}


def people(state: State) -> dict[str, Caller]:
    """Callers with valid tokens, by name."""
    pool = UserPool(state)
    tokens = {**state.tokens, "roleless": pool.sign_in(pool.user("roleless"))}
    return {n: Caller(n, f"Bearer {tokens[n]}", role, known=True) for n, role in ROLE_OF.items()}


UNAUTHENTICATED = (
    "none",
    "empty",
    "no-scheme",
    "basic",
    "garbage",
    "three-parts",
    "unsigned",
    "changed",
    "cut",
    "expired",
    "identity",
    "foreign",
)
"""Callers without valid authentication, by the fault of their header."""


def _unauthenticated(operator: str, pool: UserPool) -> Mapping[str, str | None]:
    """Authorization headers that must be refused, most of them derived from an operator's."""
    header, claims, signature = operator.split(".")
    return {
        "none": None,
        "empty": "",
        "no-scheme": operator[:-1],
        "basic": f"Basic {base64.b64encode(b'operator1:operator1').decode()}",
        "garbage": "Bearer garbage",
        "three-parts": "Bearer a.b.c",
        "unsigned": f"Bearer {_part({'alg': 'none', 'typ': 'JWT'})}.{claims}.",
        "changed": f"Bearer {header}.{_changed(claims)}.{signature}",
        "cut": f"Bearer {header}.{claims}",
        "expired": f"Bearer {pool.expired_token('operator1')}",
        "identity": f"Bearer {pool.identity_token('operator1')}",
        "foreign": f"Bearer {pool.foreign_token()}",
    }


def _changed(claims: str) -> str:
    read = json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))
    return _part({**read, "username": "mallory"})


def _part(content: Mapping[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")
