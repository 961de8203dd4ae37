"""The gaps of localstripe because of which the adapter could capture nothing and list nothing.

`tests/adapters/test_localstripe.py` fails when localstripe has closed one of them. Its other gaps
are named in `tests/adapters/stripe_server.py`: each makes one test of the contract fail.
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

CONFIRM = "/confirm"
TRANSACTIONS = "/v1/balance_transactions"
_TIMES = frozenset({"created[gte]", "created[lt]"})
_ALL = 1_000_000


def request_body(path: str, body: bytes) -> bytes:
    """The form without `off_session`, which localstripe refuses when a payment is confirmed."""
    if not path.endswith(CONFIRM):
        return body
    fields = parse_qsl(body.decode(), keep_blank_values=True)
    return urlencode([(name, value) for name, value in fields if name != "off_session"]).encode()


def request_path(path: str) -> str:
    """The path without `created` of a list of balance transactions, which localstripe refuses; the
    list then has one page.
    """
    if not path.startswith(TRANSACTIONS):
        return path
    paging = {*_TIMES, "limit", "starting_after"}
    fields = [field for field in parse_qsl(urlsplit(path).query) if field[0] not in paging]
    return f"{TRANSACTIONS}?{urlencode([*fields, ('limit', _ALL)])}"


def answer_body(path: str, found: Any) -> Any:
    """An answer whose gaps are filled."""
    filled = with_amount_received(found)
    asked = dict(parse_qsl(urlsplit(path).query))
    if not path.startswith(TRANSACTIONS) or not asked.keys() & _TIMES:
        return filled
    since, until = int(asked.get("created[gte]", 0)), int(asked.get("created[lt]", 1 << 48))
    data = [entry for entry in filled["data"] if since <= entry["created"] < until]
    return {**filled, "data": data}


def with_amount_received(found: Any) -> Any:
    """An answer with `amount_received` in every PaymentIntent, which localstripe leaves out."""
    if isinstance(found, list):
        return [with_amount_received(entry) for entry in found]
    if not isinstance(found, Mapping):
        return found
    filled = {name: with_amount_received(value) for name, value in found.items()}
    if found.get("object") == "payment_intent":
        filled["amount_received"] = found["amount"] if found["status"] == "succeeded" else 0
    if found.get("object") == "charge":
        filled["amount_captured"] = found["amount"] if found["captured"] else 0
    return filled
