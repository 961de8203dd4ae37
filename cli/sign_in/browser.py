"""OAuth 2.0 authorization code flow with PKCE and a redirect to the loopback address.

(RFC 8252, 7.3: loopback redirection; RFC 7636: PKCE.)
"""

import base64
import hashlib
import secrets
import webbrowser
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs, urlencode, urljoin, urlsplit

import httpx

from cli.client.connection import http_client
from cli.client.responses import content
from cli.problems import Refused, Unreachable, WrongUsage
from cli.sign_in.profiles import Profile
from cli.terminal.output import print_message

REDIRECT = "http://localhost:8912/signed-in"
"""Registered with the user pool's client; Cognito requires a fixed port."""
TIMEOUT_SECONDS = 300
_DONE = b"<!doctype html><title>Orders</title><p>Signed in. You can close this page."


def sign_in_by_browser(api_url: str, settings: Mapping[str, str], *, open_browser: bool) -> Profile:
    """Print and open the sign-in page, wait for the redirect, exchange the code for tokens.

    Raises WrongUsage when the port is in use, Refused when the sign-in is rejected or times out.
    """
    verifier, state = secrets.token_urlsafe(48), secrets.token_urlsafe(16)
    digest = hashlib.sha256(verifier.encode()).digest()
    query = {
        "client_id": settings["client_id"],
        "redirect_uri": REDIRECT,
        "response_type": "code",
        "scope": settings["scope"],
        "state": state,
        "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
        "code_challenge_method": "S256",
    }
    page = f"{urljoin(api_url, settings['authorize_url'])}?{urlencode(query)}"
    with _listener() as listener:
        print_message(f"Sign in at\n  {page}")
        if open_browser:
            _open_browser(page)
        answer = _answer(listener)
    if answer.get("state") != state or "code" not in answer:
        reason = answer.get("error_description") or answer.get("error") or "timed out"
        raise Refused(f"signing in failed: {reason}", advice="try `orders login` again", status=0)
    return _exchange_code(api_url, settings, answer["code"], verifier)


def _open_browser(page: str) -> None:
    """Open the page in a browser if there is one. The address is printed in any case."""
    try:
        webbrowser.open(page)
    except (webbrowser.Error, OSError, ValueError):  # ValueError: BROWSER cannot be parsed
        print_message("No browser could be opened. Open the address yourself.")


class _Listener(HTTPServer):
    """Receives the redirect."""

    timeout = TIMEOUT_SECONDS
    answer: dict[str, str] = {}  # noqa: RUF012  # replaced, never changed


class _Redirect(BaseHTTPRequestHandler):
    server: _Listener

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        if parts.path == urlsplit(REDIRECT).path:
            self.server.answer = {name: found[0] for name, found in parse_qs(parts.query).items()}
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(_DONE)

    def log_message(self, *_: object) -> None:
        """Log nothing: the request contains the authorization code."""


def _listener() -> _Listener:
    port = urlsplit(REDIRECT).port or 0
    try:
        return _Listener(("localhost", port), _Redirect)
    except OSError as error:
        raise WrongUsage(
            f"port {port} is in use, but the sign-in page redirects to it",
            advice="end the other `orders login`, or the process that listens on the port",
        ) from error


def _answer(listener: _Listener) -> dict[str, str]:
    """The query of the redirect; empty after a timeout. Browsers also request icons."""
    for _ in range(5):
        listener.handle_request()
        if listener.answer:
            break
    return listener.answer


def _exchange_code(api_url: str, settings: Mapping[str, str], code: str, verifier: str) -> Profile:
    form = {
        "grant_type": "authorization_code",
        "client_id": settings["client_id"],
        "redirect_uri": REDIRECT,
        "code": code,
        "code_verifier": verifier,
    }
    pool = urljoin(api_url, settings["token_url"])
    try:
        with http_client(pool) as http:
            answer = http.post(pool, data=form)
    except httpx.HTTPError as error:
        raise Unreachable(
            "the user pool does not answer", advice="try `orders login` again"
        ) from error
    if not answer.is_success:
        raise Refused(
            "the user pool refused the code", advice="try `orders login` again", status=401
        )
    tokens = content(answer, answer.content, expected="access_token")
    return Profile(api_url, str(tokens["access_token"]), str(tokens.get("refresh_token", "")))
