"""localstripe as the payment provider of scenarios."""

from collections.abc import Mapping, Sequence

from local.host.state import State
from local.localstripe.account import signing_secret
from local.localstripe.books import list_all, payment_method, post, read_payments
from local.scenario_runner.providers.provider import Record
from local.scenario_runner.providers.reports import Reporter

_EVENTS: Mapping[str, str] = {
    "captured": "payment_intent.succeeded",
    "pending": "payment_intent.processing",
    "refunded": "charge.refunded",
    "refund-failed": "refund.failed",
}


class Localstripe:
    """The account of an environment at localstripe."""

    def __init__(self, state: State) -> None:
        self._url = state.stripe_url
        self._emulator_url = state.emulator_url
        self._reporter = Reporter(state.api_url, "Stripe-Signature")

    def payment_method(self, name: str) -> str:
        return payment_method(self._url, name)

    def records(self) -> Sequence[Record]:
        return read_payments(self._url)

    def settle(self, reference: str) -> None:
        post(self._url, f"/_local/payments/{reference}/settle")

    def refund_by_hand(self, reference: str, minor: int) -> None:
        post(self._url, "/v1/refunds", data={"payment_intent": reference, "amount": minor})

    def fail_refund(self, reference: str) -> None:
        for refund in list_all(self._url, "refunds", payment_intent=reference):
            post(self._url, f"/_local/refunds/{refund['id']}/fail")

    def report(self, reference: str, event: str) -> None:
        kind = _EVENTS[event]
        name = "id" if kind.startswith("payment_intent.") else "payment_intent"
        report = {"type": kind, "data": {"object": {name: reference}}}
        self._reporter.send(signing_secret(self._emulator_url), report)
