"""EventSubscriber over HTTPS: requests signed by the Standard Webhooks specification 1.0.0.

(github.com/standard-webhooks/standard-webhooks, "Signature scheme")
"""

import hmac
import json
from base64 import b64decode, b64encode
from collections.abc import Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import urllib3

from lambdas.adapters.bounded_http import BoundedHttp, NoResponse, ResponseTooLarge
from lambdas.adapters.secrets_manager import CachedSecret
from lambdas.domain.errors import EventsUnavailable, ProviderUnavailable

if TYPE_CHECKING:
    from lambdas.domain.ports import Clock

TIMEOUT = urllib3.Timeout(connect=2, read=4)
"""Seconds. The events of a batch are posted within its function's timeout."""
REREAD_MS = 300_000
"""The signing secrets are read again after this time: they are rotated without an error."""


class SignedSubscriber:
    """Posts events to one URL. The secret holds one or two signing secrets, separated by spaces or
    lines: every request is signed with each of them.
    """

    def __init__(
        self,
        secret: CachedSecret,
        clock: "Clock",
        *,
        url: str,
        timeout: urllib3.Timeout = TIMEOUT,
    ) -> None:
        self._secret, self._clock, self._url = secret, clock, url
        self._read_again_at = 0
        self._http = BoundedHttp(clock, timeout)

    def deliver(self, event: Mapping[str, Any]) -> None:
        """The time of the signature is that of this attempt; `webhook-id` never changes."""
        order_id, seconds = event["order_id"], self._clock.now() // 1000
        content = {"type": event["kind"], "timestamp": event["at"], "data": event}
        body = json.dumps(content, separators=(",", ":"))
        signatures = [sign(key, event["event_id"], seconds, body) for key in self._keys()]
        headers = {
            "Content-Type": "application/json",
            "webhook-id": event["event_id"],
            "webhook-timestamp": str(seconds),
            "webhook-signature": " ".join(signatures),
        }
        try:
            status = self._http.request("POST", self._url, body=body, headers=headers).status
        except NoResponse as error:
            raise EventsUnavailable("the subscriber did not answer", order_id=order_id) from error
        except ResponseTooLarge as error:
            status = error.status
        if not HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
            raise EventsUnavailable(f"the subscriber answered {status}", order_id=order_id)

    def _keys(self) -> list[str]:
        if self._clock.now() >= self._read_again_at:
            self._secret.clear()
            self._read_again_at = self._clock.now() + REREAD_MS
        try:
            keys = self._secret.value().split()
        except ProviderUnavailable as error:
            raise EventsUnavailable("the signing secret cannot be read") from error
        if not keys or not all(map(_is_key, keys)):
            self._secret.clear()
            raise EventsUnavailable("the signing secret is not like whsec_<base64>")
        return keys


def _is_key(key: str) -> bool:
    try:
        return len(b64decode(key.removeprefix("whsec_"), validate=True)) > 0
    except ValueError:
        return False


def sign(key: str, message_id: str, seconds: int, body: str) -> str:
    """The signature of a message with a secret like `whsec_<base64>`."""
    secret = b64decode(key.removeprefix("whsec_"), validate=True)
    signed = f"{message_id}.{seconds}.{body}".encode()
    return f"v1,{b64encode(hmac.digest(secret, signed, 'sha256')).decode()}"
