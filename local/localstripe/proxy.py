"""Forwards requests to localstripe, fills its gaps, and adds the behaviour that it lacks.

The paths below `/_local/` choose that behaviour:

- `POST methods/<payment method>` with a Behaviour in JSON;
- `POST payments/<PaymentIntent>/settle` captures a payment that is processing;
- `POST refunds/<refund>/fail` makes a refund fail that had succeeded.
"""

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx

from local.localstripe.behaviours import Answer, Behaviour, Behaviours, Request
from local.localstripe.gaps import answer_body, request_body, request_path

HOST = "127.0.0.1"
TIMEOUT_SECONDS = 30
CONTROL = "/_local/"
_FORWARDED = ("Authorization", "Content-Type")


class Proxy(ThreadingHTTPServer):
    """Listens on a free port; `target` is the address of localstripe."""

    def __init__(self, target: str, port: int = 0) -> None:
        self._target = httpx.Client(base_url=target, timeout=TIMEOUT_SECONDS, trust_env=False)
        self._behaviours = Behaviours(self._forward)
        super().__init__((HOST, port), _Handler)

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.server_address[1]}"

    def respond(self, request: Request) -> Answer | None:
        """The answer to a request; None if the connection ends without one."""
        if request.path.startswith(CONTROL):
            return self._control(request)
        return self._behaviours.respond(request)

    def _control(self, request: Request) -> Answer:
        match request.path.removeprefix(CONTROL).split("/"):
            case ["methods", method]:
                self._behaviours.register(method, Behaviour(**json.loads(request.body)))
            case ["payments", intent, "settle"]:
                return self._behaviours.settle(intent, request)
            case ["refunds", refund, "fail"]:
                self._behaviours.fail_refund(refund)
            case _:
                return 404, b"{}"
        return 200, b"{}"

    def _forward(self, request: Request) -> Answer:
        """The answer of localstripe, without its gaps."""
        try:
            answer = self._target.request(
                request.verb,
                request_path(request.path),
                content=request_body(request.path, request.body),
                headers=dict(request.headers),
            )
        except httpx.HTTPError as error:
            return 502, json.dumps({"error": {"message": str(error)}}).encode()
        return answer.status_code, _fill_gaps(request.path, answer)


class _Handler(BaseHTTPRequestHandler):
    server: Proxy

    def _respond(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {name: self.headers[name] for name in _FORWARDED if name in self.headers}
        answer = self.server.respond(
            Request(verb=self.command, path=self.path, body=body, headers=headers)
        )
        if answer is None:
            self.close_connection = True
        else:
            self._answer(*answer)

    do_GET = do_POST = do_DELETE = _respond  # noqa: N815  # the names are those of the library

    def _answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """localstripe logs the requests."""


def _fill_gaps(path: str, answer: httpx.Response) -> bytes:
    """The body of an answer; only JSON has gaps."""
    try:
        found = answer.json()
    except ValueError:
        return answer.content
    return json.dumps(answer_body(path, found) if answer.is_success else found).encode()
