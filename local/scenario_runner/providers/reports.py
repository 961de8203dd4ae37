"""Signed reports of a payment provider. Both providers sign as Stripe does:
`t=<epoch seconds>,v1=<hex>`, an HMAC-SHA-256 of the time and the body.
(docs.stripe.com/webhooks, "Verify webhook signatures")
"""

import hashlib
import hmac
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx

from local.host.waiting import STALL_SECONDS
from stacks.api.api_routes import WEBHOOK_PATH


@dataclass(frozen=True, slots=True)
class Reporter:
    """Sends reports to an API, with the signature in `header`."""

    api_url: str
    header: str

    def send(self, secret: str, report: Mapping[str, Any]) -> None:
        """Send a report with a new ID. Raises httpx.HTTPError if the API refuses it."""
        body, at = json.dumps({"id": f"evt_{uuid4().hex}", **report}), int(time.time())
        digest = hmac.new(secret.encode(), f"{at}.{body}".encode(), hashlib.sha256).hexdigest()
        httpx.post(
            self.api_url + WEBHOOK_PATH,
            content=body,
            headers={self.header: f"t={at},v1={digest}", "Content-Type": "application/json"},
            timeout=STALL_SECONDS,
            trust_env=False,
        ).raise_for_status()
