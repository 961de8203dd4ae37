"""Forwards requests to localstripe, and fills its gaps."""

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx

from local.localstripe.gaps import answer_body, request_body, request_path

HOST = "127.0.0.1"
TIMEOUT_SECONDS = 30
_FORWARDED = ("Authorization", "Content-Type")


class Proxy(ThreadingHTTPServer):
    """Listens on a free port; `target` is the address of localstripe."""

    def __init__(self, target: str, port: int = 0) -> None:
        self.target = httpx.Client(base_url=target, timeout=TIMEOUT_SECONDS, trust_env=False)
        super().__init__((HOST, port), _Handler)

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.server_address[1]}"


class _Handler(BaseHTTPRequestHandler):
    server: Proxy

    def _forward(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {name: self.headers[name] for name in _FORWARDED if name in self.headers}
        try:
            answer = self.server.target.request(
                self.command,
                request_path(self.path),
                content=request_body(self.path, body),
                headers=headers,
            )
        except httpx.HTTPError as error:
            self._answer(502, json.dumps({"error": {"message": str(error)}}).encode())
            return
        self._answer(answer.status_code, _filled(self.path, answer))

    do_GET = do_POST = do_DELETE = _forward  # noqa: N815  # the names are those of the library

    def _answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """localstripe logs the requests."""


def _filled(path: str, answer: httpx.Response) -> bytes:
    """The body of an answer; only JSON has gaps."""
    try:
        found = answer.json()
    except ValueError:
        return answer.content
    return json.dumps(answer_body(path, found) if answer.is_success else found).encode()
