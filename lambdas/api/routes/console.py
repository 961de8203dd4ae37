"""The console: its static files, and the sign-in endpoints."""

import hashlib
from functools import lru_cache
from pathlib import Path as FilePath
from typing import Annotated, Any
from urllib.parse import urlsplit

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Path

from lambdas.api.http.entity_tags import matches, tag_of_variant
from lambdas.api.http.errors import RouteNotFound
from lambdas.api.http.resource import Resource, answer
from lambdas.api.models import inputs
from lambdas.api.models.operator_views import SignInView

console = Resource("console")

_FOLDER = FilePath(__file__).parents[3] / "console"
"""Beside `lambdas`, in a checkout and in the deployment package."""
_PAGE = "index.html"
_TYPES = {
    "html": "text/html; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "svg": "image/svg+xml",
}
_HEADERS = {
    "Cache-Control": "public, no-cache",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'{sign_in}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
FileName = Annotated[str, Path(description="A file of the page.", examples=["console.js"])]


@console.operation(
    "GET",
    "/console",
    answers={
        200: ("The page.", "text/html"),
        304: ("Unchanged since the `ETag` in If-None-Match.", None),
    },
)
def get_console(if_none_match: inputs.IfNoneMatch = None) -> Response[Any]:
    """Open the console

    A page for customers, approvers and operators. It signs users in and calls this API.
    """
    policy = _POLICY.format(sign_in=_sign_in_origin())
    return _file(_PAGE, if_none_match, {"Content-Security-Policy": policy})


@console.operation("GET", "/console/", answers={308: ("To `/console`.", None)})
def redirect_to_console() -> Response[Any]:
    """Redirect to the console

    The page loads its files relative to `/console`. Browsers keep the fragment of the URL.
    """
    headers = {"Location": "../console", "Cache-Control": "public, no-cache"}
    return Response(308, headers=headers, body="")


@console.operation(
    "GET",
    "/console/{file}",
    answers={
        200: ("The file.", "*/*"),
        304: ("Unchanged since the `ETag` in If-None-Match.", None),
    },
    refuses=(404,),
)
def get_console_file(file: FileName, if_none_match: inputs.IfNoneMatch = None) -> Response[Any]:
    """Load a file of the console

    The page loads its scripts and its style sheet.
    """
    if file not in _contents() or file == _PAGE:
        raise RouteNotFound("the console has no such file")
    return _file(file, if_none_match, {})


@console.operation(
    "GET", "/sign-in", answers={200: ("The sign-in endpoints and the client id.", SignInView)}
)
def get_sign_in() -> Response[Any]:
    """Read the sign-in endpoints

    People sign in on the page of the user pool (OAuth 2.0, authorization code with PKCE, S256).
    """
    settings = console.dependencies.settings
    base = settings.require("sign_in_url").rstrip("/")
    return answer(
        SignInView(
            authorize_url=f"{base}/oauth2/authorize",
            token_url=f"{base}/oauth2/token",
            logout_url=f"{base}/logout",
            client_id=settings.require("user_pool_client_id"),
            scope="openid",
        )
    )


def _sign_in_origin() -> str:
    """The only other origin that the page may call, to exchange its code for a token."""
    parts = urlsplit(console.dependencies.settings.sign_in_url)
    return f" {parts.scheme}://{parts.netloc}" if parts.netloc else ""


def _file(name: str, if_none_match: str | None, headers: dict[str, str]) -> Response[Any]:
    content, plain_tag = _contents()[name]
    tag = tag_of_variant(plain_tag, compressed=console.compresses)
    sent = {**_HEADERS, **headers, "ETag": tag}
    if matches(if_none_match, tag):
        return Response(304, headers=sent, body="")
    kind = _TYPES[name.rpartition(".")[2]]
    return Response(200, content_type=kind, headers=sent, body=content)


@lru_cache
def _contents() -> dict[str, tuple[str, str]]:
    """Every file with its entity tag, by name."""
    found = {}
    for file in _FOLDER.iterdir():
        if file.name.rsplit(".", 1)[-1] in _TYPES:
            text = file.read_text(encoding="utf-8")
            found[file.name] = (text, f'"{hashlib.sha256(text.encode()).hexdigest()[:16]}"')
    return found
