"""Clients of the reference service."""

from typing import Any

import urllib3

from lambdas.adapters.http.service import HttpService
from lambdas.adapters.secrets_manager import CachedSecret
from tests.adapters.http.reference_service import ReferenceService
from tests.support.fakes.fake_clock import FakeClock

TIMEOUT = urllib3.Timeout(connect=5, read=30)
SHORT = urllib3.Timeout(connect=5, read=0.05)
"""Only for a service that never answers: no test waits for an answer with it."""


class Secrets:
    """Secrets Manager: returns the token that the service has now."""

    def __init__(self, service: ReferenceService) -> None:
        self._service = service

    def get_secret_value(self, **_: Any) -> Any:
        return {"SecretString": self._service.server.token}


def connect(
    service: ReferenceService,
    *,
    clock: FakeClock | None = None,
    timeout: urllib3.Timeout = TIMEOUT,
) -> HttpService:
    """A client with the token of the service."""
    secret = CachedSecret(Secrets(service), arn="arn:secret")
    return HttpService("inventory", secret, clock or FakeClock(), url=service.url, timeout=timeout)
