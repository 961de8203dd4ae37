"""Stripe's API in memory, behind the HTTP client of the real SDK.

The schemas, statuses and error codes are those of docs.stripe.com/api. A payment method selects a
behaviour as Stripe's test cards do; `faults` are answers in place of the next ones.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

import stripe

from tests.support.fakes.fake_clock import NOW

Fields = dict[str, Any]
Answer = tuple[int, Fields]

METHODS = {
    "pm_ok": "pm_card_visa",
    "pm_slow": "pm_card_visa_slow",
    "pm_declined": "pm_card_visa_chargeDeclined",
    "pm_insufficient_funds": "pm_card_visa_chargeDeclinedInsufficientFunds",
    "pm_action_required": "pm_card_threeDSecure2Required",
    "pm_processing": "pm_card_processing",
    "pm_expired": "pm_card_visa_expired",
    "pm_refund_rejected": "pm_card_refundFail",
    "pm_of_alice": "pm_saved_by_alice",
    "pm_of_bob": "pm_saved_by_bob",
}
"""Names of the contract's payment methods; those of Stripe's test mode where it has one."""

_DECLINES: dict[str, tuple[str, str | None]] = {
    "pm_card_visa_chargeDeclined": ("card_declined", "generic_decline"),
    "pm_card_visa_chargeDeclinedInsufficientFunds": ("card_declined", "insufficient_funds"),
    "pm_card_chargeDeclinedExpiredCard": ("expired_card", None),
    "pm_card_chargeDeclinedFraudulent": ("unknown_code", "fraudulent"),
    "pm_card_threeDSecure2Required": ("authentication_required", "authentication_required"),
}
_CANCELLABLE = (
    *("requires_payment_method", "requires_confirmation", "requires_capture", "requires_action"),
)
_MINIMUM = {"usd": 50, "eur": 50}
_UNSTORED = (409, 429)
"""Statuses of requests that were not executed: they are not stored under their key."""


class Refused(Exception):
    """An error that the API answers."""

    def __init__(self, status: int, kind: str, code: str | None = None, **more: Any) -> None:
        super().__init__(code)
        error = {"type": kind, "code": code, "message": f"{kind}: {code}", **more}
        self.answer: Answer = status, {"error": error}


@dataclass
class Fault:
    """An answer in place of the real one; `after_effect` lets the request have its effect first.
    Without a status the connection fails.
    """

    status: int | None
    code: str | None = None
    after_effect: bool = False
    path: str = ""
    param: str | None = None
    message: str = ""


@dataclass
class FakeStripe:
    """The account's objects by ID, and every request as `METHOD path`. Stands for the SDK's HTTP
    client. `key` is the secret that is valid now, `now` the time in seconds.
    """

    name = "fake"
    key: str = "sk_test_1"
    intents: dict[str, Fields] = field(default_factory=dict)
    refunds: dict[str, Fields] = field(default_factory=dict)
    disputes: list[Fields] = field(default_factory=list)
    transactions: list[Fields] = field(default_factory=list)
    now: int = NOW // 1000
    requests: list[str] = field(default_factory=list)
    idempotency_keys: list[str] = field(default_factory=list)
    retries: list[int | None] = field(default_factory=list)
    hosts: set[str] = field(default_factory=set)
    versions: set[str] = field(default_factory=set)
    faults: list[Fault] = field(default_factory=list)
    _stored: dict[str, tuple[Fields, Answer]] = field(default_factory=dict)

    def request_with_retries(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        post_data: str | None = None,
        max_network_retries: int | None = None,
        **_: Any,
    ) -> tuple[str, int, Mapping[str, str]]:
        """The one method of an HTTP client that the SDK calls."""
        self.retries.append(max_network_retries)
        parts = urlsplit(url)
        self.hosts.add(f"{parts.scheme}://{parts.netloc}")
        self.versions.add(headers["Stripe-Version"])
        params = _decoded(post_data or parts.query)
        self.requests.append(f"{method.upper()} {parts.path}")
        if headers["Authorization"] != f"Bearer {self.key}":
            return _sent(Refused(401, "invalid_request_error").answer)
        if method != "post":
            return _sent(self._answer(method, parts.path, params))
        return self._once(headers["Idempotency-Key"], parts.path, params)

    def close(self) -> None:
        """Part of the SDK's interface."""

    def expire_keys(self) -> None:
        """A day passes."""
        self._stored.clear()

    def _once(self, key: str, path: str, params: Fields) -> tuple[str, int, Mapping[str, str]]:
        """One execution for each idempotency key; its answer is stored, a 500 too."""
        self.idempotency_keys.append(key)
        request = {"path": path, **params}
        if key in self._stored:
            known, answer = self._stored[key]
            if known != request:
                return _sent(Refused(400, "idempotency_error").answer)
            return _sent(answer, replayed=True)
        answer = self._answer("post", path, params)
        if answer[0] not in _UNSTORED:
            self._stored[key] = request, answer
        return _sent(answer)

    def _next_fault(self, path: str) -> Fault | None:
        if self.faults and self.faults[0].path in path:
            return self.faults.pop(0)
        return None

    def _answer(self, method: str, path: str, params: Fields) -> Answer:
        fault = self._next_fault(path)
        if fault is None:
            return self._effect(method, path, params)
        if fault.after_effect:
            self._effect(method, path, params)
        if fault.status is None:
            raise _connection_error("the connection failed")
        more = {"message": fault.message} if fault.message else {}
        return Refused(fault.status, "api_error", fault.code, param=fault.param, **more).answer

    def _effect(self, method: str, path: str, params: Fields) -> Answer:
        kind, *rest = path.removeprefix("/v1/").split("/")
        route = f"{method} {kind}" + "".join(f" {part}" for part in rest[1:]) + " one" * bool(rest)
        routes: dict[str, Callable[[str, Fields], Fields]] = {
            "post payment_intents": self._create,
            "get payment_intents one": self._retrieve,
            "post payment_intents confirm one": self._confirm,
            "post payment_intents cancel one": self._cancel,
            "get payment_methods one": self._method,
            "post refunds": self._refund,
            "get refunds": self._list_refunds,
            "get disputes": self._list_disputes,
            "get balance_transactions": self._list_transactions,
        }
        try:
            return 200, routes[route](rest[0] if rest else "", params)
        except Refused as refused:
            return refused.answer

    def _create(self, _: str, params: Fields) -> Fields:
        amount, currency = int(params["amount"]), params["currency"]
        if amount < _MINIMUM.get(currency, 1):
            raise Refused(400, "invalid_request_error", "amount_too_small", param="amount")
        intent = {
            "id": f"pi_{len(self.intents) + 1}",
            "object": "payment_intent",
            "amount": amount,
            "amount_received": 0,
            "currency": currency,
            "customer": params.get("customer"),
            "last_payment_error": None,
            "latest_charge": None,
            "metadata": {"payment_key": params["metadata[payment_key]"]},
            "next_action": None,
            "payment_method": params["payment_method"],
            "payment_method_types": [params["payment_method_types[0]"]],
            "status": "requires_confirmation",
        }
        self.intents[intent["id"]] = intent
        return intent

    def _intent(self, intent_id: str, _: Fields) -> Fields:
        if intent_id not in self.intents:
            raise Refused(404, "invalid_request_error", "resource_missing", param="intent")
        return self.intents[intent_id]

    def _retrieve(self, intent_id: str, params: Fields) -> Fields:
        """The charge is an object only if the request expands it."""
        intent = self._intent(intent_id, {})
        charge = intent["latest_charge"]
        if charge is None or params.get("expand[0]") == "latest_charge":
            return intent
        return {**intent, "latest_charge": charge["id"]}

    def _confirm(self, intent_id: str, params: Fields) -> Fields:
        intent = self._intent(intent_id, {})
        if intent["payment_method"] == METHODS["pm_expired"]:
            intent["status"] = "canceled"
        if intent["status"] != "requires_confirmation":
            raise _unexpected(intent)
        method = intent["payment_method"]
        if method == METHODS["pm_action_required"] and params.get("off_session") != "true":
            intent["status"] = "requires_action"
            return intent
        if method in _DECLINES:
            code, decline_code = _DECLINES[method]
            error = {"type": "card_error", "code": code, "decline_code": decline_code}
            intent |= {
                "status": "requires_payment_method",
                "payment_method": None,
                "last_payment_error": error,
            }
            raise Refused(402, "card_error", code, decline_code=decline_code)
        if method == "pm_card_processing":
            intent["status"] = "processing"
            return intent
        charge = {
            "id": f"ch_{intent_id}",
            "object": "charge",
            "amount": intent["amount"],
            "amount_captured": intent["amount"],
            "amount_refunded": 0,
            "currency": intent["currency"],
            "disputed": False,
            "payment_intent": intent_id,
        }
        self.move("charge", charge)
        intent |= {
            "status": "succeeded",
            "amount_received": intent["amount"],
            "latest_charge": charge,
        }
        if method == METHODS["pm_slow"]:
            raise _connection_error("the answer was lost")
        return intent

    def _cancel(self, intent_id: str, _: Fields) -> Fields:
        intent = self._intent(intent_id, {})
        if intent["status"] not in _CANCELLABLE:
            raise _unexpected(intent)
        intent["status"] = "canceled"
        return intent

    def _method(self, method: str, params: Fields) -> Fields:
        """The customer is an object only if the request expands it."""
        if method not in {*METHODS.values(), *_DECLINES}:
            raise Refused(404, "invalid_request_error", "resource_missing", param="payment_method")
        owner = method.removeprefix("pm_saved_by_")
        saved = {"id": f"cus_{owner}", "object": "customer", "metadata": {"customer_id": owner}}
        expanded = params.get("expand[0]") == "customer"
        customer = None if owner == method else saved if expanded else saved["id"]
        return {"id": method, "object": "payment_method", "type": "card", "customer": customer}

    def _refund(self, _: str, params: Fields) -> Fields:
        intent = self._intent(params["payment_intent"], {})
        amount = int(params["amount"])
        if intent["status"] != "succeeded":
            raise Refused(400, "invalid_request_error", "charge_not_captured")
        if amount > intent["amount_received"] - self._returned(intent["id"]):
            raise Refused(400, "invalid_request_error", "charge_already_refunded")
        failed = intent["payment_method"] == METHODS["pm_refund_rejected"]
        refund = {
            "id": f"re_{len(self.refunds) + 1}",
            "object": "refund",
            "amount": amount,
            "currency": intent["currency"],
            "payment_intent": intent["id"],
            "status": "failed" if failed else "succeeded",
            **({"failure_reason": "expired_or_canceled_card"} if failed else {}),
        }
        self.refunds[refund["id"]] = refund
        if not failed:
            intent["latest_charge"]["amount_refunded"] += amount
            self.move("refund", refund)
        return refund

    def open_dispute(self, intent_id: str, status: str = "needs_response", **more: Any) -> Fields:
        """A customer disputes a payment. The amount is withdrawn, unless the bank only inquires."""
        intent = self.intents[intent_id]
        dispute = {
            "id": f"dp_{len(self.disputes) + 1}",
            "object": "dispute",
            "amount": intent["amount_received"],
            "balance_transactions": [],
            "currency": intent["currency"],
            "payment_intent": intent_id,
            "reason": "fraudulent",
            "status": status,
            **more,
        }
        intent["latest_charge"]["disputed"] = True
        self.disputes.insert(0, dispute)
        if not status.startswith("warning"):
            self.withdraw(dispute, dispute["amount"])
        return dispute

    def withdraw(self, dispute: Fields, amount: int) -> None:
        """Withdraw an amount for a dispute, or reinstate a negative one."""
        source = {name: one for name, one in dispute.items() if name != "balance_transactions"}
        moved = {"amount": -amount, "currency": dispute["currency"]}
        transaction = self.move("adjustment", source, **moved)
        of_dispute = {name: one for name, one in transaction.items() if name != "source"}
        dispute["balance_transactions"].append(of_dispute)

    def move(self, kind: str, source: Fields | str | None, **more: Any) -> Fields:
        """Money moves because of an object."""
        transaction = {
            "id": f"txn_{len(self.transactions) + 1}",
            "object": "balance_transaction",
            "created": self.now,
            "source": source,
            "type": kind,
            **more,
        }
        self.transactions.insert(0, transaction)
        return transaction

    def _list_transactions(self, _: str, params: Fields) -> Fields:
        """Newest first. The source and its PaymentIntent are objects only if they are expanded."""
        since, until = int(params["created[gte]"]), int(params["created[lt]"])
        found = [
            transaction
            for transaction in self.transactions
            if since <= transaction["created"] < until
        ]
        ids = [one["id"] for one in found]
        start = ids.index(params["starting_after"]) + 1 if "starting_after" in params else 0
        end = start + int(params.get("limit", 10))
        expanded = params.get("expand[0]") == "data.source.payment_intent"
        return {
            "object": "list",
            "data": [self._expanded(one) if expanded else one for one in found[start:end]],
            "has_more": end < len(found),
            "url": "/v1/balance_transactions",
        }

    def _expanded(self, transaction: Fields) -> Fields:
        source = transaction["source"]
        if not isinstance(source, dict) or source.get("payment_intent") is None:
            return transaction
        intent = self.intents[source["payment_intent"]]
        charge_id = intent["latest_charge"]["id"]
        expanded = {**source, "payment_intent": {**intent, "latest_charge": charge_id}}
        return {**transaction, "source": expanded}

    def _list_refunds(self, _: str, params: Fields) -> Fields:
        return _first_page(self._refunds_of(params["payment_intent"]), "refunds", params)

    def _list_disputes(self, _: str, params: Fields) -> Fields:
        """Newest first."""
        intent_id = params["payment_intent"]
        found = [dispute for dispute in self.disputes if dispute["payment_intent"] == intent_id]
        return _first_page(found, "disputes", params)

    def _refunds_of(self, intent_id: str) -> list[Fields]:
        return [r for r in self.refunds.values() if r["payment_intent"] == intent_id]

    def _returned(self, intent_id: str) -> int:
        refunds = self._refunds_of(intent_id)
        return sum(r["amount"] for r in refunds if r["status"] in ("succeeded", "pending"))


def _first_page(found: list[Fields], kind: str, params: Fields) -> Fields:
    data = found[: int(params.get("limit", 10))]
    return {"object": "list", "data": data, "has_more": data != found, "url": f"/v1/{kind}"}


def _connection_error(message: str) -> Exception:
    untyped: Any = stripe.APIConnectionError
    error: Exception = untyped(message)
    return error


def _unexpected(intent: Fields) -> Refused:
    code = "payment_intent_unexpected_state"
    return Refused(400, "invalid_request_error", code, payment_intent=intent)


def _decoded(query: str) -> Fields:
    fields = parse_qs(query, keep_blank_values=True)
    return {name: values[0] for name, values in fields.items()}


def _sent(answer: Answer, *, replayed: bool = False) -> tuple[str, int, Mapping[str, str]]:
    status, body = answer
    headers = {"request-id": "req_1"} | ({"Idempotent-Replayed": "true"} if replayed else {})
    return json.dumps(body), status, headers
