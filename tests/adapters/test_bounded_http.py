"""Requests to services of other teams: certificates are verified, responses bounded."""

import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import urllib3
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from lambdas.adapters.bounded_http import (
    LARGEST_BYTES,
    BoundedHttp,
    NoResponse,
    Response,
    ResponseTooLarge,
)
from local.services.json_server import Answer, JsonHandler, JsonServer, Request
from tests.support.fakes.fake_clock import FakeClock
from tests.support.serving import serving

TIMEOUT = urllib3.Timeout(connect=5, read=30)


class Scripted:
    """A service whose answers are written by `write`."""

    def __init__(self, write: Callable[[JsonHandler], object]) -> None:
        self.write = write

    def answer(self, request: Request) -> Answer:
        return 200, {"path": request.target}


class Handler(JsonHandler):
    """Writes the answer of the test."""

    def respond(self, request: Request, serve: Callable[[], Answer]) -> None:
        assert isinstance(self.server.service, Scripted)
        self.server.service.write(self)


class PassingClock(FakeClock):
    """Ten seconds pass between two readings."""

    def now(self) -> int:
        self.advance(10)
        return super().now()


@contextmanager
def server_that(write: Callable[[JsonHandler], object]) -> Iterator[JsonServer]:
    server = JsonServer(Scripted(write), handler=Handler)
    with serving(server):
        yield server


@pytest.fixture(autouse=True)
def _sockets(socket_enabled: None) -> None:
    """The server is on this machine."""


def get(server: JsonServer, clock: FakeClock | None = None) -> Response:
    http = BoundedHttp(clock or FakeClock(), TIMEOUT)
    return http.request("GET", server.url, headers={"X-Test": "1"})


def test_a_response_has_status_headers_and_body() -> None:
    with server_that(lambda handler: handler.reply(404, b"none", {"X-Other": "2"})) as server:
        found = get(server)

    assert (found.status, found.headers["x-other"], found.body) == (404, "2", b"none")


def test_a_redirect_is_returned_and_not_followed() -> None:
    elsewhere = {"Location": "https://elsewhere.invalid/"}
    with server_that(lambda handler: handler.reply(307, b"", elsewhere)) as server:
        assert get(server).status == 307


def test_the_largest_body_is_read_and_a_larger_one_is_refused() -> None:
    with server_that(lambda handler: handler.reply(200, b"x" * LARGEST_BYTES)) as server:
        assert len(get(server).body) == LARGEST_BYTES
    with (
        server_that(lambda handler: handler.reply(200, b"x" * (LARGEST_BYTES + 1))) as server,
        pytest.raises(ResponseTooLarge, match="answered 200 with more than 1000000 bytes"),
    ):
        get(server)


def test_a_body_that_takes_too_long_is_no_response() -> None:
    body = b"x" * 500_000
    with (
        server_that(lambda handler: handler.reply(200, body)) as server,
        pytest.raises(NoResponse, match="took too long"),
    ):
        get(server, PassingClock())


def test_a_body_that_is_cut_off_is_no_response() -> None:
    def write(handler: JsonHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", "10")
        handler.end_headers()
        handler.wfile.write(b"12345")
        handler.close_connection = True

    with server_that(write) as server, pytest.raises(NoResponse):
        get(server)


def test_a_certificate_of_an_unknown_authority_is_refused(tmp_path: Path) -> None:
    with server_that(lambda handler: handler.reply(200, b"{}")) as server:
        server.socket = a_context(tmp_path).wrap_socket(server.socket, server_side=True)
        url = server.url.replace("http://", "https://")
        http = BoundedHttp(FakeClock(), TIMEOUT)

        with pytest.raises(NoResponse, match="SSLError"):
            http.request("GET", url, headers={})


def a_context(folder: Path) -> ssl.SSLContext:
    """TLS with a certificate for this machine that signs itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(now - timedelta(days=1))
    certificate = builder.not_valid_after(now + timedelta(days=1)).sign(key, hashes.SHA256())
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    file = folder / "server.pem"
    file.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context
