"""The account at localstripe: payment methods, and payments as records of the invariants."""

from collections import Counter
from collections.abc import Mapping
from functools import cache
from typing import Any

import httpx

from local.host.waiting import STALL_SECONDS
from local.localstripe.program import API_KEY

METHODS = {"pm_ok": "pm_card_visa", "pm_declined": "pm_card_chargeCustomerFail"}
"""Payment methods of the sandbox that localstripe has too, with its names."""
_CARDS = {"pm_action_required": "4000002500003155"}
"""Those for which it has only the number of a card."""
_VISA = "4242424242424242"
_BEHAVIOURS: Mapping[str, Mapping[str, Any]] = {
    "pm_slow": {"does": "lose-answer", "seconds": 3},
    "pm_flaky_2": {"does": "unavailable", "times": 2},
    "pm_processing": {"does": "settle-later"},
    "pm_pending": {"does": "settle-later"},
    "pm_expired": {"does": "expire"},
    "pm_refund_rejected": {"does": "fail-refund"},
}
"""Those that the proxy adds. (behaviours.py)"""
Record = Mapping[str, Any]
_ALL = 1_000_000


def read_payments(url: str) -> list[Record]:
    """(captured, refunded) of each payment by its key, and its refunds that did not fail."""
    captured: Counter[str] = Counter()
    refunded: Counter[str] = Counter()
    keys: dict[str, str] = {}
    for intent in list_all(url, "payment_intents"):
        key = keys[intent["id"]] = intent["metadata"].get("payment_key", intent["id"])
        captured[key] += intent["amount_received"]
    refunds: list[Record] = []
    for refund in list_all(url, "refunds"):
        if refund["status"] == "succeeded":
            key, minor = keys[refund["payment_intent"]], refund["amount"]
            refunded[key] += minor
            refunds.append({"payment_key": refund["id"], "refund_of": key, "minor": minor})
    payments = [
        {"payment_key": key, "captured_minor": minor, "refunded_minor": refunded[key]}
        for key, minor in captured.items()
    ]
    return [*payments, *refunds]


def payment_method(url: str, name: str) -> str:
    """localstripe's name of a payment method of the sandbox."""
    if name in METHODS:
        return METHODS[name]
    return new_card(url, _CARDS.get(name, _VISA), **_BEHAVIOURS.get(name, {}))


def new_card(url: str, number: str = _VISA, **behaviour: Any) -> str:
    """A new payment method, with a behaviour of the proxy. (behaviours.py)"""
    card = {"number": number, "exp_month": "12", "exp_year": "2030", "cvc": "123"}
    fields = {f"card[{field}]": value for field, value in card.items()}
    made = str(post(url, "/v1/payment_methods", data={"type": "card", **fields})["id"])
    if behaviour:
        post(url, f"/_local/methods/{made}", json=behaviour)
    return made


def delete_payments(url: str) -> None:
    """Delete every object of localstripe."""
    _client().delete(f"{url}/_config/data").raise_for_status()


def post(url: str, path: str, **body: Any) -> dict[str, Any]:
    """Send a request to localstripe. Raises httpx.HTTPError."""
    return _request("POST", f"{url}{path}", **body)


def list_all(url: str, kind: str, **filters: str) -> list[dict[str, Any]]:
    """All objects of a kind, newest first."""
    found = _request("GET", f"{url}/v1/{kind}", params={"limit": _ALL, **filters})
    objects: list[dict[str, Any]] = found["data"]
    return objects


def _request(verb: str, url: str, **fields: Any) -> dict[str, Any]:
    found: dict[str, Any] = _client().request(verb, url, **fields).raise_for_status().json()
    return found


@cache
def _client() -> httpx.Client:
    """One for all requests: it takes longer to create than a request."""
    return httpx.Client(auth=(API_KEY, ""), timeout=STALL_SECONDS, trust_env=False)
