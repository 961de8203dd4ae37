"""The routes of the API, read from its committed OpenAPI document: one contract, written once."""

import json
from dataclasses import dataclass
from pathlib import Path

WEBHOOK_PATH = "/payments/webhook"
"""The route of the payment provider, which is not in the document. It has a separate function."""

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
    def methods(self) -> tuple[str, ...]:
        """The methods that reach it: HEAD wherever GET does. (RFC 9110, 9.1)"""
        return ("GET", "HEAD") if self.method == "GET" else (self.method,)


def read_routes(contract: Path) -> tuple[Route, ...]:
    """Every operation of the document, in its order. Raises ContractError.

    Without those whose path ends in a slash: no route key of API Gateway does.
    """
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
            waits=any(
                parameter.get("name") == "Prefer" for parameter in operation.get("parameters", ())
            ),
        )
        for path, operations in paths.items()
        for method, operation in operations.items()
        if method in _METHODS and not path.endswith("/")
    )
