"""The example inventory and customers of `local/services` on a real socket. They misbehave where a
test says so.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event
from typing import Any

from local.services.customers import Customers
from local.services.inventory import Inventory
from local.services.json_server import Answer, JsonHandler, JsonServer, Request
from tests.support.serving import serving

Serve = Callable[[], Answer]
Misbehaviour = Callable[["Handler", Serve], None]
"""Answers one request in place of the service; the second argument serves the request."""


class ReferenceService:
    """Both services at one address. Each of `next_answers` misbehaves for one request."""

    def __init__(self, folder: Path) -> None:
        self.inventory = Inventory(folder / "inventory.sqlite")
        self.customers = Customers(folder / "customers.sqlite")
        self.next_answers: list[Misbehaviour] = []
        self.requests: list[tuple[str, str]] = []
        self.served, self.ended = Event(), Event()
        self.server = JsonServer(self, token="token-1", handler=Handler)

    @property
    def url(self) -> str:
        return self.server.url

    def answer(self, request: Request) -> Answer:
        is_customer = request.route[1:2] == ["customers"]
        return (self.customers if is_customer else self.inventory).answer(request)

    def stock(self, sku: str, *, available: int, **product: Any) -> None:
        """Set the stock of a product."""
        defaults = {"unit_price_minor": 1000, "currency": "EUR"}
        self.inventory.put_product({**defaults, **product, "sku": sku, "available": available})

    def stock_counters(self, sku: str) -> tuple[int, int, int]:
        """(available, held, sold) of a product."""
        [found] = [level for level in self.inventory.levels() if level["sku"] == sku]
        return found["available"], found["held"], found["sold"]


class Handler(JsonHandler):
    """Lets the next misbehaviour answer if there is one."""

    @property
    def service(self) -> ReferenceService:
        assert isinstance(self.server.service, ReferenceService)
        return self.server.service

    def respond(self, request: Request, serve: Serve) -> None:
        self.service.requests.append((request.method, request.target))
        if self.service.next_answers:
            self.service.next_answers.pop(0)(self, serve)
        else:
            super().respond(request, serve)

    def hang_up(self) -> None:
        """End the connection without an answer."""
        self.close_connection = True


def lost(handler: Handler, serve: Serve) -> None:
    """The request takes effect, the answer is lost."""
    serve()
    handler.hang_up()


def refused(handler: Handler, serve: Serve) -> None:
    """The connection ends before the request takes effect."""
    handler.hang_up()


def too_slow(handler: Handler, serve: Serve) -> None:
    """The request takes effect; the answer comes after the client's timeout."""
    serve()
    handler.service.served.set()
    handler.service.ended.wait()
    handler.hang_up()


def twice(handler: Handler, serve: Serve) -> None:
    """A proxy delivers the request twice, and loses the first answer."""
    serve()
    lost(handler, serve)


def status(code: int, body: Any = b"", **headers: str) -> Misbehaviour:
    """Answers with a status, without an effect."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda handler, _: handler.reply(code, body, named)


@contextmanager
def running() -> Iterator[ReferenceService]:
    """The services on a free port of this machine."""
    with TemporaryDirectory() as folder:
        service = ReferenceService(Path(folder))
        with serving(service.server):
            try:
                yield service
            finally:
                service.ended.set()
