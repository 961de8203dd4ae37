"""The payments at localstripe, as records of the invariants."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import httpx

from local.host.waiting import STALL_SECONDS
from local.localstripe.program import API_KEY

METHODS = {"pm_ok": "pm_card_visa", "pm_declined": "pm_card_chargeCustomerFail"}
"""Payment methods of the sandbox that localstripe has too, with its names."""
CARDS = {"pm_action_required": "4000002500003155"}
"""Those for which it has only the number of a card."""
PLAYABLE = frozenset({*METHODS, *CARDS})
Record = Mapping[str, Any]
_ALL = 1_000_000


def read_payments(url: str) -> list[Record]:
    """(captured, refunded) of each payment by its key, and its refunds."""
    captured: Counter[str] = Counter()
    refunded: Counter[str] = Counter()
    keys: dict[str, str] = {}
    for intent in _list(url, "payment_intents"):
        key = keys[intent["id"]] = intent["metadata"].get("payment_key", intent["id"])
        captured[key] += intent["amount_received"]
    for refund in _list(url, "refunds"):
        refunded[keys[refund["payment_intent"]]] += refund["amount"]
    return [record for key in captured for record in _records(key, captured[key], refunded[key])]


def payment_method(url: str, name: str) -> str:
    """localstripe's name of a payment method of the sandbox."""
    if name in METHODS:
        return METHODS[name]
    card = {"number": CARDS[name], "exp_month": "12", "exp_year": "2030", "cvc": "123"}
    answer = httpx.post(
        f"{url}/v1/payment_methods",
        data={"type": "card", **{f"card[{field}]": value for field, value in card.items()}},
        auth=(API_KEY, ""),
        timeout=STALL_SECONDS,
        trust_env=False,
    )
    return str(answer.raise_for_status().json()["id"])


def delete_payments(url: str) -> None:
    """Delete every object of localstripe."""
    answer = httpx.delete(f"{url}/_config/data", timeout=STALL_SECONDS, trust_env=False)
    answer.raise_for_status()


def _records(key: str, captured: int, refunded: int) -> Iterator[Record]:
    yield {"payment_key": key, "captured_minor": captured, "refunded_minor": refunded}
    yield {"payment_key": key.replace("pay:", "refund:", 1), "minor": refunded}


def _list(url: str, kind: str) -> list[dict[str, Any]]:
    answer = httpx.get(
        f"{url}/v1/{kind}",
        params={"limit": _ALL},
        auth=(API_KEY, ""),
        timeout=STALL_SECONDS,
        trust_env=False,
    )
    found: list[dict[str, Any]] = answer.raise_for_status().json()["data"]
    return found
