"""HTTPS requests to services of other teams: verified certificates, no redirects, no retries, and a
response of bounded size and duration.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import urllib3

if TYPE_CHECKING:
    from lambdas.domain.ports import Clock

LARGEST_BYTES = 1_000_000
"""Of a body, decompressed. The largest answer of a contract, 50 products, is much smaller."""
_CHUNK_BYTES = 65_536


class NoResponse(Exception):
    """There was no complete response in time. The request may have had its effect."""


class ResponseTooLarge(Exception):
    """The body has more than LARGEST_BYTES. `status` is that of the response."""

    def __init__(self, status: int) -> None:
        super().__init__(f"answered {status} with more than {LARGEST_BYTES} bytes")
        self.status = status


@dataclass(frozen=True, slots=True)
class Response:
    """A complete response."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class BoundedHttp:
    """A request has `timeout` to connect and to answer; its body must come in the sum of both."""

    def __init__(self, clock: "Clock", timeout: urllib3.Timeout) -> None:
        self._clock, self._timeout = clock, timeout
        self._longest_ms = int(1000 * sum(map(float, _limits(timeout))))
        self._pool = urllib3.PoolManager(cert_reqs="CERT_REQUIRED")

    def request(
        self, method: str, url: str, *, headers: Mapping[str, str], **content: Any
    ) -> Response:
        """Send a request once. Raises NoResponse, ResponseTooLarge."""
        until = self._clock.now() + self._longest_ms
        try:
            response = self._pool.request(
                method,
                url,
                headers={"User-Agent": "order-workflow", **headers},
                timeout=self._timeout,
                retries=False,
                redirect=False,
                preload_content=False,
                **content,
            )
            body = self._read(response, until)
        except urllib3.exceptions.HTTPError as error:
            raise NoResponse(type(error).__name__) from error
        return Response(response.status, response.headers, body)

    def _read(self, response: urllib3.BaseHTTPResponse, until: int) -> bytes:
        """The body. A connection with the rest of a body is closed, not used again."""
        chunks, size = [], 0
        while chunk := response.read1(_CHUNK_BYTES):
            chunks.append(chunk)
            size += len(chunk)
            if size > LARGEST_BYTES:
                response.close()
                raise ResponseTooLarge(response.status)
            if self._clock.now() > until:
                response.close()
                raise NoResponse("the body took too long")
        response.release_conn()
        return b"".join(chunks)


def _limits(timeout: urllib3.Timeout) -> tuple[Any, Any]:
    return timeout.connect_timeout, timeout.read_timeout
