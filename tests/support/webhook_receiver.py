"""An HTTP server that keeps the webhooks that it gets."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any


class Receiver(BaseHTTPRequestHandler):
    """Answers with the next of `statuses`, 0 being no answer; keeps the requests."""

    statuses: list[int]
    requests: list[tuple[Mapping[str, str], str]]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.requests.append(({k.lower(): v for k, v in self.headers.items()}, body))
        status = self.statuses.pop(0) if self.statuses else 204
        if status:
            self.send_response(status)
            self.send_header("Location", "http://elsewhere.invalid/")
            self.end_headers()

    def log_message(self, *_: object) -> None:
        """Print nothing."""


@contextmanager
def a_receiver() -> Iterator[Any]:
    """A running server: its handler class, with the `url` of the server."""
    made: Any = type("ThisReceiver", (Receiver,), {"statuses": [], "requests": [], "url": ""})
    server = HTTPServer(("127.0.0.1", 0), made)
    made.url = f"http://127.0.0.1:{server.server_port}/hook"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield made
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def signatures(receiver: Any) -> list[str]:
    """The signatures of the last request."""
    return str(receiver.requests[-1][0]["webhook-signature"]).split()
