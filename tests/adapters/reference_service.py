"""A service that keeps inventory and customers as docs/adapters.md asks for, on a real socket. It
misbehaves where a test says so.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from lambdas.domain.errors import InsufficientStock, LedgerMismatch, OrderError
from lambdas.domain.ports import StockLevel
from lambdas.domain.reservations import Reservation, ReservationState
from tests.support.fake_directories import FakeInventory
from tests.support.fake_reservations import FakeReservations

Served = tuple[int, Mapping[str, Any]]
"""The status and the body of an answer."""
Misbehaviour = Callable[["Handler", Callable[[], Served]], None]
"""Answers one request in place of the service; the second argument serves the request."""


class ReferenceService:
    """Inventory, reservations and customers. Each of `next_answers` misbehaves for one request."""

    def __init__(self) -> None:
        self.token = "token-1"
        self.inventory = FakeInventory()
        self.reservations = FakeReservations(self.inventory)
        self.customers: dict[str, Mapping[str, str]] = {}
        self.next_answers: list[Misbehaviour] = []
        self.requests: list[tuple[str, str]] = []
        self.served, self.ended = Event(), Event()
        self.url = ""

    def answer(self, method: str, target: str, body: Any) -> Served:
        """The answer to a request with the right token."""
        path, query = urlsplit(target).path, parse_qs(urlsplit(target).query)
        match [method, *map(unquote, path.strip("/").split("/"))]:
            case ["GET", "products"]:
                levels = self.inventory.stock(query["skus"][0].split(","))
                return 200, {"products": [*map(_product, levels.values())]}
            case ["GET", "customers", customer] if customer in self.customers:
                return 200, self.customers[customer]
            case ["GET", "reservations", order] if found := self.reservations.find(order):
                return 200, _as_json(found)
            case ["PUT", "reservations", order]:
                return self._reserve(order, body)
        return 404, {"code": "not-found"}

    def _reserve(self, order: str, body: dict[str, Any]) -> Served:
        state = ReservationState(body["state"])
        wanted = Reservation(
            order_id=order, version=body["version"], state=state, lines=body["lines"]
        )
        try:
            return 200, _as_json(self.reservations.put(wanted))
        except InsufficientStock as error:
            return 409, {"code": "insufficient-stock", "skus": _skus(error)}
        except LedgerMismatch as error:
            return 409, {"code": "not-held", "skus": _skus(error)}


def _as_json(found: Reservation) -> Mapping[str, Any]:
    return {"version": found.version, "state": found.state, "lines": dict(found.lines)}


def _product(level: StockLevel) -> Mapping[str, Any]:
    price = asdict(level.price)
    return {"sku": level.sku, "available": level.available, "related": level.related, **price}


def _skus(error: OrderError) -> list[str]:
    return error.message.partition(": ")[2].split(", ")


class Handler(BaseHTTPRequestHandler):
    """Checks the token, and lets the next misbehaviour answer if there is one."""

    protocol_version = "HTTP/1.1"
    service: ReferenceService

    def do_GET(self) -> None:
        self._handle()

    def do_PUT(self) -> None:
        self._handle()

    def reply(self, status: int, body: Any, headers: Mapping[str, str] | None = None) -> None:
        """Send a response; `body` becomes JSON unless it is bytes."""
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        for name, value in {**(headers or {}), "Content-Length": str(len(data))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def hang_up(self) -> None:
        """End the connection without an answer."""
        self.close_connection = True

    def log_message(self, *_: object) -> None:
        """Print nothing."""

    def _handle(self) -> None:
        length = int(self.headers.get("Content-Length", 0))
        body = json.loads(self.rfile.read(length)) if length else None
        service = self.service
        service.requests.append((self.command, self.path))

        def answer() -> Served:
            return service.answer(self.command, self.path, body)

        if self.headers["Authorization"] != f"Bearer {service.token}":
            self.reply(401, {"code": "unauthorized"})
        elif service.next_answers:
            service.next_answers.pop(0)(self, answer)
        else:
            self.reply(*answer())


def lost(handler: Handler, serve: Callable[[], Served]) -> None:
    """The request takes effect, the answer is lost."""
    serve()
    handler.hang_up()


def refused(handler: Handler, serve: Callable[[], Served]) -> None:
    """The connection ends before the request takes effect."""
    handler.hang_up()


def too_slow(handler: Handler, serve: Callable[[], Served]) -> None:
    """The request takes effect; the answer comes after the client's timeout."""
    serve()
    handler.service.served.set()
    handler.service.ended.wait()
    handler.hang_up()


def twice(handler: Handler, serve: Callable[[], Served]) -> None:
    """A proxy delivers the request twice, and loses the first answer."""
    serve()
    lost(handler, serve)


def status(code: int, body: Any = b"", **headers: str) -> Misbehaviour:
    """Answers with a status, without an effect."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda handler, _: handler.reply(code, body, named)


@contextmanager
def running() -> Iterator[ReferenceService]:
    """The service on a free port of this machine."""
    service = ReferenceService()
    handler = type("ServiceHandler", (Handler,), {"service": service})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    service.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield service
    finally:
        service.ended.set()
        server.shutdown()
        thread.join()
        server.server_close()
