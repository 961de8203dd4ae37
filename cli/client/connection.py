"""HTTP clients with the proxies and certificates that environment variables configure."""

import os
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import ip_address
from typing import Any

import httpx

from cli.problems import WrongUsage

TIMEOUT = httpx.Timeout(30.0, connect=5.0)
"""Seconds. The integration timeout of API Gateway is 30 seconds, too."""

_PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")
_CERTIFICATES = ("SSL_CERT_FILE", "SSL_CERT_DIR")


def http_client(url: str, **options: Any) -> httpx.Client:
    """Create a client for an address.

    Requests to the loopback address bypass the proxy, which could not reach this machine. Raises
    WrongUsage for an invalid address, proxy or certificate file.
    """
    with translate_request_errors():
        parts = _http_address(url)
    direct = is_loopback(parts.host)
    certificates = _certificates() if parts.scheme == "https" else False
    try:
        return httpx.Client(timeout=TIMEOUT, verify=certificates, trust_env=not direct, **options)
    except UnicodeError:  # a ValueError, but raised for an invalid header
        raise
    except (ImportError, ValueError, httpx.InvalidURL) as error:
        names = ", ".join(_set_variables(_PROXIES)) or "no variable"
        raise WrongUsage(
            f"the proxy settings of the environment are invalid: {error}",
            advice=f"correct or unset them (set now: {names}); a proxy is an http:// address",
        ) from error


def proxy_variables(url: str) -> list[str]:
    """The variables that are set and can route requests for an address to a proxy."""
    return [] if is_loopback(httpx.URL(url).host) else _set_variables(_PROXIES[:3])


def is_loopback(host: str) -> bool:
    """Whether a host is the loopback address: localhost, 127.0.0.0/8, ::1. (RFC 6761, 6.3)"""
    name = host.rstrip(".").lower()
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        address = ip_address(name)
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_loopback


@contextmanager
def translate_request_errors() -> Iterator[None]:
    """Raise WrongUsage for text that is not valid in a request."""
    try:
        yield
    except (httpx.InvalidURL, httpx.LocalProtocolError, UnicodeError) as error:
        raise WrongUsage(
            f"the request cannot be sent: {error}",
            advice="write keys and ids in plain ASCII, without control characters; "
            "check ORDERS_API_URL and ORDERS_TOKEN too",
        ) from error


def _certificates() -> ssl.SSLContext:
    """Load the certificates of the environment, by default those of certifi. Raises WrongUsage."""
    try:
        if folder := os.environ.get("SSL_CERT_DIR"):
            os.scandir(folder).close()  # fails here, as the ssl module ignores a missing folder
        return httpx.create_ssl_context()
    except (OSError, ValueError) as error:  # ssl.SSLError is an OSError
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        names = " and ".join(_set_variables(_CERTIFICATES)) or "the certificates of the system"
        raise WrongUsage(
            f"the certificates cannot be loaded: {reason}",
            advice=f"set {names} to a readable file or folder of PEM certificates, or unset it",
        ) from error


def _http_address(url: str) -> httpx.URL:
    parts = httpx.URL(url)
    if parts.scheme not in ("http", "https") or not parts.host:
        raise WrongUsage(
            f"{url!r} is not an http(s) address",
            advice="write the full address: https://orders.example.com; check ORDERS_API_URL",
        )
    if parts.port is not None and not 0 < parts.port < 65_536:
        raise WrongUsage(f"{url!r} has no valid port", advice="ports are 1 to 65535")
    return parts


def _set_variables(names: tuple[str, ...]) -> list[str]:
    """The variables of these names that are set, in upper or lower case."""
    return sorted(name for name, value in os.environ.items() if name.upper() in names and value)
