"""What docs/openapi.json promises about each route."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from tests.support.definition import ROOT

METHODS = ("get", "post", "put", "patch", "delete")
DESCRIPTIVE = frozenset({"title", "description", "examples"})
"""Keys of a schema that restrict no value."""


@dataclass(frozen=True, slots=True)
class Route:
    """One operation. `roles` may call it; a public one needs no token; `can_be_invalid`:
    some requests with a valid path break the schema.
    """

    method: str
    path: str
    roles: frozenset[str]
    public: bool
    has_body: bool
    can_be_invalid: bool
    responses: Mapping[str, Any]

    @property
    def label(self) -> str:
        """As schemathesis names it: `GET /orders/{order_id}`."""
        return f"{self.method} {self.path}"

    def address(self, **ids: str) -> str:
        """The path with ids in the places of its placeholders."""
        return self.path.format_map(ids)


def document() -> dict[str, Any]:
    """A fresh copy of the committed description."""
    found: dict[str, Any] = json.loads((ROOT / "docs/openapi.json").read_text())
    return found


@lru_cache
def routes() -> tuple[Route, ...]:
    """Every operation of the description, in its order."""
    return tuple(
        Route(
            method=method.upper(),
            path=path,
            roles=frozenset(operation.get("x-roles", ())),
            public=operation.get("security") == [],
            has_body="requestBody" in operation,
            can_be_invalid="requestBody" in operation
            or any(map(_is_restricted, operation.get("parameters", ()))),
            responses=operation["responses"],
        )
        for path, operations in document()["paths"].items()
        for method, operation in operations.items()
        if method in METHODS
    )


def _is_restricted(parameter: Mapping[str, Any]) -> bool:
    """Whether a parameter outside of the path may be missing or have a value that is refused."""
    schema = parameter["schema"]
    texts = [one for one in schema.get("anyOf", [schema]) if one.get("type") == "string"]
    any_text = any(set(text) - DESCRIPTIVE == {"type"} for text in texts)
    return parameter["in"] != "path" and (parameter["required"] or not any_text)


def route(label: str) -> Route:
    """The route of a label. Raises KeyError."""
    return {one.label: one for one in routes()}[label]


def without_security() -> dict[str, Any]:
    """The document without security: the callers are chosen here, not generated."""
    described = document()
    described.pop("security", None)
    described["components"].pop("securitySchemes", None)
    for operations in described["paths"].values():
        for method in METHODS:
            operations.get(method, {}).pop("security", None)
    return described
