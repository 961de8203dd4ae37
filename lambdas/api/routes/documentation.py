"""Serves the documentation of the API."""

import json
from collections.abc import Callable
from functools import lru_cache
from importlib.resources import files
from typing import Any

from aws_lambda_powertools.event_handler import Response

from lambdas.api.http.resource import Resource


class Documentation(Resource):
    """The routes of the documentation. `describe` returns the description of all routes; the
    application sets it.
    """

    describe: Callable[[], dict[str, Any]]


documentation = Documentation("documentation")

_HEADERS = {"Cache-Control": "public, max-age=300", "X-Content-Type-Options": "nosniff"}
_NOTHING_FROM_ELSEWHERE = (
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; "
    "img-src data:; connect-src 'self'; base-uri 'none'; form-action 'none'"
)


@documentation.operation(
    "GET",
    "/openapi.json",
    answers={200: ("The description of this API (OpenAPI 3.1).", "application/json")},
)
def get_openapi() -> Response[Any]:
    """Read this description as OpenAPI

    It is generated from the code of the routes.
    """
    return Response(200, content_type="application/json", headers=_HEADERS, body=_openapi_json())


@documentation.operation("GET", "/docs", answers={200: ("A page (Swagger UI).", "text/html")})
def get_docs() -> Response[Any]:
    """Read and try this API in a browser

    The page loads nothing from other hosts.
    """
    headers = {**_HEADERS, "Content-Security-Policy": _NOTHING_FROM_ELSEWHERE}
    return Response(200, content_type="text/html; charset=utf-8", headers=headers, body=_page())


@lru_cache
def _openapi_json() -> str:
    return json.dumps(documentation.describe())


@lru_cache
def _page() -> str:
    """The Swagger UI of Powertools, with its script, its style sheet and the description inline."""
    from aws_lambda_powertools.event_handler.openapi.swagger_ui import generate_swagger_html

    assets = files("aws_lambda_powertools.event_handler.openapi.swagger_ui")
    return generate_swagger_html(
        _openapi_json().replace("</", "<\\/"),
        assets.joinpath("swagger-ui-bundle.min.js").read_text(encoding="utf-8"),
        assets.joinpath("swagger-ui.min.css").read_text(encoding="utf-8"),
        swagger_base_url="",
        oauth2_config=None,
        persist_authorization=False,
    )
