"""An HTTP server that keeps the webhooks that it gets, and answers as a test says."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from queue import Queue
from typing import Any

from local.services.json_server import Answer, JsonHandler, JsonServer, Request
from tests.support.serving import serving


class Receiver:
    """Answers with the next of `statuses`, 0 being no answer; keeps the requests. `arrived` has
    those that a test has not waited for.
    """

    def __init__(self) -> None:
        self.statuses: list[int] = []
        self.requests: list[tuple[Mapping[str, str], str]] = []
        self.arrived: Queue[tuple[Mapping[str, str], str]] = Queue()
        self.server = JsonServer(self, handler=_Handler)

    @property
    def url(self) -> str:
        return f"{self.server.url}/hook"

    def answer(self, request: Request) -> Answer:
        self.requests.append((request.headers, request.content.decode()))
        self.arrived.put(self.requests[-1])
        return (self.statuses.pop(0) if self.statuses else 204), {}


class _Handler(JsonHandler):
    def respond(self, request: Request, serve: Callable[[], Answer]) -> None:
        status, _ = serve()
        if status:
            self.reply(status, b"", {"Location": "http://elsewhere.invalid/"})
        else:
            self.close_connection = True


@contextmanager
def a_receiver() -> Iterator[Receiver]:
    """A running server."""
    receiver = Receiver()
    with serving(receiver.server):
        yield receiver


def signatures(receiver: Any) -> list[str]:
    """The signatures of the last request."""
    return str(receiver.requests[-1][0]["webhook-signature"]).split()
