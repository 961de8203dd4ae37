"""The gaps of localstripe because of which the adapter could capture nothing and list nothing.

`tests/adapters/stripe/test_localstripe.py` fails when localstripe has closed one of them. Its other
gaps are named in `tests/adapters/stripe/stripe_server.py`: each makes a test of the contract fail.
"""

from collections.abc import Callable, Mapping
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
    """Return an answer of localstripe with the fields and filters that it lacks."""
    filled = change_objects(found, with_received_amount)
    query = dict(parse_qsl(urlsplit(path).query))
    if not path.startswith(TRANSACTIONS) or not query.keys() & _TIMES:
        return filled
    since, until = int(query.get("created[gte]", 0)), int(query.get("created[lt]", 1 << 48))
    data = [entry for entry in filled["data"] if since <= entry["created"] < until]
    return {**filled, "data": data}


def change_objects(found: Any, change: Callable[[Mapping[str, Any]], Mapping[str, Any]]) -> Any:
    """An answer with every object of it changed."""
    if isinstance(found, list):
        return [change_objects(entry, change) for entry in found]
    if not isinstance(found, Mapping):
        return found
    return change({name: change_objects(value, change) for name, value in found.items()})


def with_received_amount(found: Mapping[str, Any]) -> Mapping[str, Any]:
    """An object with the received amount, which localstripe leaves out of PaymentIntents and
    charges.
    """
    if found.get("object") == "payment_intent":
        received = found["amount"] if found["status"] == "succeeded" else 0
        return {**found, "amount_received": received}
    if found.get("object") == "charge":
        return {**found, "amount_captured": found["amount"] if found["captured"] else 0}
    return found
