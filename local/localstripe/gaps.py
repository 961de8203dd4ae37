"""The two gaps of localstripe because of which the adapter could capture nothing.

`tests/adapters/test_localstripe.py` fails when localstripe has closed one of them. Its other gaps
are named in `tests/adapters/stripe_server.py`: each makes one test of the contract fail.
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode

CONFIRM = "/confirm"


def request_body(path: str, body: bytes) -> bytes:
    """The form without `off_session`, which localstripe refuses when a payment is confirmed."""
    if not path.endswith(CONFIRM):
        return body
    fields = parse_qsl(body.decode(), keep_blank_values=True)
    return urlencode([(name, value) for name, value in fields if name != "off_session"]).encode()


def with_amount_received(found: Any) -> Any:
    """An answer with `amount_received` in every PaymentIntent, which localstripe leaves out."""
    if isinstance(found, list):
        return [with_amount_received(entry) for entry in found]
    if not isinstance(found, Mapping):
        return found
    if found.get("object") == "payment_intent":
        received = found["amount"] if found["status"] == "succeeded" else 0
        return {**found, "amount_received": received}
    if found.get("object") == "list":
        return {**found, "data": with_amount_received(found["data"])}
    return found
