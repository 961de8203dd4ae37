"""The routes of the API, read from its committed OpenAPI document: one contract, written once."""

import json
from dataclasses import dataclass
from pathlib import Path

_METHODS = ("get", "post", "put", "patch", "delete")


class ContractError(ValueError):
    """The OpenAPI document is missing, or is no OpenAPI document."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One operation. Public ones have `security: []`; those with the header `Prefer` may hold a
    function for seconds, because the caller can ask to wait for an outcome.
    """

    method: str
    path: str
    public: bool
    waits: bool

    @property
    def key(self) -> str:
        """The route key of an HTTP API."""
        return f"{self.method} {self.path}"


def read_routes(contract: Path) -> tuple[Route, ...]:
    """Every operation of the document, in its order. Raises ContractError."""
    try:
        paths = json.loads(contract.read_text())["paths"]
    except (OSError, ValueError, KeyError) as error:
        raise ContractError(
            f"{contract} is not a readable OpenAPI document: generate it with `make openapi`"
        ) from error
    return tuple(
        Route(
            method=method.upper(),
            path=path,
            public=operation.get("security") == [],
            waits=any(one.get("name") == "Prefer" for one in operation.get("parameters", ())),
        )
        for path, operations in paths.items()
        for method, operation in operations.items()
        if method in _METHODS
    )
