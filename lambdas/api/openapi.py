"""Generates the OpenAPI description from the routes: `python -m lambdas.api`.

Powertools describes parameters and bodies. This module adds the roles and the problems that the
resources declare.
"""

import json
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from lambdas.api.http.gateway import SCHEMA as GATEWAY_SCHEMA
from lambdas.api.http.gateway import gateway_answers
from lambdas.api.http.problems import DEFECT, MEANINGS, PROBLEM_JSON
from lambdas.api.http.resource import Operation
from lambdas.api.models.problem_views import ProblemView

VERSION = "1.0.0"
DESCRIPTION = (
    "Place orders, read their state, and send signals to them while they run. The workflow "
    "reserves the stock of an order, waits until a second person approves the payment, and charges "
    "it once. If the order cannot be completed, the workflow compensates it. Requests to a running "
    "order are *signals*: each one is accepted durably or refused at once. Accepted signals are "
    "applied in sequence, and each one gets exactly one outcome.\n\n"
    "Every error is an `application/problem+json` document (RFC 9457). `detail` says what is "
    "wrong, `advice` what to do, and `roles` which roles allow the action. Only the gateway in "
    "front of the API returns other errors: an `application/json` object "
    "that contains only a `message`. It returns 401 if the token is missing or not valid, 429 for "
    "too many requests at once, and 500 or 503 if the function did not answer.\n\n"
    "Times are UTC with milliseconds, amounts are whole minor units (cents). Unknown fields, "
    "unknown parameters and duplicate names in an object are refused.\n\n"
    "Send an access token as `Authorization: Bearer …`. People have the roles of their groups "
    "(`customer`, `approver`, `operator`). Machine clients have the roles of their scopes "
    "(`orders/customer`, …) and act for every customer. The summary of an operation and `x-roles` "
    "list the roles that may call it."
)
TAGS = {
    "orders": "Place, list and read orders.",
    "signals": "Requests to a running order.",
    "operations": "For operators of the system.",
    "catalogue": "Products, stock and customers, for operators.",
    "documentation": "This description.",
}
BEARER = {
    "type": "http",
    "scheme": "bearer",
    "bearerFormat": "JWT",
    "description": "An access token of the user pool. `orders login` stores one in its profiles.",
}
_EVERYWHERE = (500,)
_WITH_TOKEN = (401, 403, 422, 503)


def document(resolver: APIGatewayHttpResolver, operations: Sequence[Operation]) -> dict[str, Any]:
    """The OpenAPI description of the operations that the resolver serves."""
    described = json.loads(
        resolver.get_openapi_json_schema(
            title="Order workflow", version=VERSION, openapi_version="3.1.0"
        )
    )
    schemas = described["components"]["schemas"]
    for name in ("HTTPValidationError", "ValidationError", "ResponseValidationError"):
        schemas.pop(name, None)
    return {
        "openapi": described["openapi"],
        "info": {"title": "Order workflow", "version": VERSION, "description": DESCRIPTION},
        "servers": [{"url": "./", "description": "The origin of this description."}],
        "security": [{"bearer": []}],
        "tags": [{"name": name, "description": text} for name, text in TAGS.items()],
        "paths": _paths(described["paths"], operations),
        "components": {
            "schemas": dict(sorted({**schemas, **_problem_schemas()}.items())),
            "securitySchemes": {"bearer": BEARER},
        },
    }


def _paths(described: Mapping[str, Any], operations: Sequence[Operation]) -> dict[str, Any]:
    """The operations by path, in the order of their declaration."""
    paths: dict[str, Any] = {}
    for operation in operations:
        one = described[operation.path][operation.method.lower()]
        paths.setdefault(operation.path, {})[operation.method.lower()] = _complete_operation(
            operation, one
        )
    return paths


def _complete_operation(operation: Operation, described: Mapping[str, Any]) -> dict[str, Any]:
    answers = {
        str(status): _answer(described["responses"][str(status)], shape)
        for status, (_, shape) in operation.answers.items()
    }
    own = {*operation.refuses, *_EVERYWHERE, *(() if operation.public else _WITH_TOKEN)}
    own |= {HTTPStatus.BAD_REQUEST} if _reads_headers(described) else set()
    gateway = gateway_answers(operation)
    refusals = {
        str(status): _refusal(status, problem=status in own, gateway=gateway.get(status))
        for status in sorted({*own, *gateway})
    }
    completed = {
        **{name: value for name, value in described.items() if name != "deprecated"},
        **_with_header_names(described),
        "responses": {**answers, **refusals},
        "security": [] if operation.public else [{"bearer": []}],
    }
    if operation.public:
        return completed
    roles = sorted(operation.roles)
    summary = f"{operation.summary} ({', '.join(roles)})"
    return {**completed, "summary": summary, "x-roles": roles}


def _reads_headers(described: Mapping[str, Any]) -> bool:
    """Whether the operation reads headers, and so may refuse a malformed one (400)."""
    return any(parameter["in"] == "header" for parameter in described.get("parameters", ()))


def _with_header_names(described: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters, with header names in their usual capitals: `Idempotency-Key`."""
    parameters = [
        {**parameter, "name": parameter["name"].title()}
        if parameter["in"] == "header"
        else parameter
        for parameter in described.get("parameters", ())
    ]
    return {"parameters": parameters} if parameters else {}


def _answer(described: Mapping[str, Any], shape: type[BaseModel] | str | None) -> dict[str, Any]:
    """An answer with its model, with only its media type, or without a body."""
    if shape is None:
        return {"description": described["description"]}
    return {**described, "content": {shape: {}}} if isinstance(shape, str) else dict(described)


def _refusal(status: int, *, problem: bool, gateway: str | None) -> dict[str, Any]:
    """The description of a refusal: the titles of the API's problems, and the gateway's reason."""
    rows = [*MEANINGS.values(), DEFECT] if problem else []
    reasons = [row.title for row in rows if row.status == status]
    shapes = {PROBLEM_JSON: "ProblemView"} if problem else {}
    if gateway is not None:
        reasons.append(f"{gateway} (the gateway)")
        shapes["application/json"] = "GatewayView"
    described: dict[str, Any] = {
        "description": ", or: ".join(dict.fromkeys(reasons)),
        "content": {
            media_type: {"schema": {"$ref": f"#/components/schemas/{name}"}}
            for media_type, name in shapes.items()
        },
    }
    if problem and status == HTTPStatus.SERVICE_UNAVAILABLE:
        described["headers"] = {"Retry-After": {"schema": {"type": "integer"}}}
    return described


def _problem_schemas() -> dict[str, Any]:
    _, described = models_json_schema(
        [(ProblemView, "serialization")], ref_template="#/components/schemas/{model}"
    )
    return {**described["$defs"], "GatewayView": dict(GATEWAY_SCHEMA)}
