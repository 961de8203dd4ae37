"""An HTTP server with JSON answers. It checks the bearer token, if it has one."""

import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Protocol
from urllib.parse import parse_qs, unquote, urlsplit

HOST = "127.0.0.1"
LARGEST_BODY = 1_000_000
Answer = tuple[int, Mapping[str, Any]]
"""The status and the JSON object of a response."""


@dataclass(frozen=True, slots=True)
class Request:
    """One request; the names of the headers are in lower case."""

    method: str
    target: str
    headers: Mapping[str, str]
    content: bytes

    @property
    def route(self) -> list[str]:
        """The method and the segments of the path."""
        path = urlsplit(self.target).path.strip("/")
        return [self.method, *map(unquote, path.split("/"))]

    def query(self, name: str) -> str:
        """A parameter of the query, empty if it is not there."""
        return parse_qs(urlsplit(self.target).query).get(name, [""])[0]


class JsonService(Protocol):
    """Answers requests."""

    def answer(self, request: Request) -> Answer: ...


class JsonHandler(BaseHTTPRequestHandler):
    """Reads one request, checks its token, and sends the answer of the service."""

    protocol_version = "HTTP/1.1"
    server: "JsonServer"

    def handle_request(self) -> None:
        """Answer a request of any method."""
        length = int(self.headers.get("Content-Length") or 0)
        if length > LARGEST_BODY:
            self.close_connection = True
            self.reply(413, {"code": "too-large"})
            return
        headers = {name.lower(): value for name, value in self.headers.items()}
        request = Request(self.command, self.path, headers, self.rfile.read(length))
        self.respond(request, lambda: self._serve(request))

    do_GET = do_PUT = do_POST = handle_request  # noqa: N815  # the names are those of the library

    def respond(self, request: Request, serve: Callable[[], Answer]) -> None:  # noqa: ARG002
        """Send the answer that `serve` returns."""
        self.reply(*serve())

    def reply(self, status: int, body: Any, headers: Mapping[str, str] | None = None) -> None:
        """Send a response; `body` becomes JSON unless it is bytes."""
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Print nothing."""

    def _serve(self, request: Request) -> Answer:
        token, given = self.server.token, request.headers.get("authorization", "")
        if token and not hmac.compare_digest(given.encode(), f"Bearer {token}".encode()):
            return 401, {"code": "unauthorized"}
        return self.server.service.answer(request)


class JsonServer(ThreadingHTTPServer):
    """Serves one service on a port of this machine; port 0 is any free one."""

    daemon_threads = True

    def __init__(
        self,
        service: JsonService,
        *,
        token: str = "",
        port: int = 0,
        handler: type[JsonHandler] = JsonHandler,
    ) -> None:
        self.service, self.token = service, token
        super().__init__((HOST, port), handler)

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.server_address[1]}"
