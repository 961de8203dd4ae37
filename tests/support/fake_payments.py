"""A strict payment provider in memory: one capture per key, no refund above the outstanding
amount.

The payment methods behave like those of the sandbox provider.
"""

import re
from dataclasses import dataclass, field

from lambdas.domain.errors import (
    LedgerMismatch,
    PaymentClosed,
    PaymentDeclined,
    PaymentUnsettled,
    ProviderUnavailable,
)
from lambdas.domain.ports import ClosedPayment, PaymentGateway
from lambdas.domain.record.money import Money

_FLAKY_CHARGE = re.compile(r"pm_flaky_(\d)")
_FLAKY_REFUND = re.compile(r"pm_refund_fails_(\d)")
_CAPTURING = frozenset({"pm_ok", "pm_slow", "pm_refund_fails"})


@dataclass(slots=True)
class Payment:
    """The provider's record of one payment key."""

    captured: Money | None
    method: str = ""
    refunds: dict[str, int] = field(default_factory=dict)

    @property
    def refunded_minor(self) -> int:
        return sum(self.refunds.values())


class FakePayments(PaymentGateway):
    """`payments` are the records by key; `calls` are all requests that reached the provider."""

    def __init__(self) -> None:
        self.payments: dict[str, Payment] = {}
        self.calls: list[str] = []
        self._attempts: dict[str, int] = {}

    def charge(self, key: str, amount: Money, payment_method: str) -> Money:
        self.calls.append(f"charge {key}")
        if key in self.payments:
            return self._replay(self.payments[key])
        self._misbehave(key, payment_method)
        self.payments[key] = Payment(amount, payment_method)
        if payment_method == "pm_slow":
            raise PaymentUnsettled("no answer in time")
        return amount

    def close(self, key: str) -> ClosedPayment:
        self.calls.append(f"close {key}")
        payment = self.payments.setdefault(key, Payment(None))
        captured = 0 if payment.captured is None else payment.captured.amount_minor
        return ClosedPayment(captured_minor=captured, refunded_minor=payment.refunded_minor)

    def refund(self, key: str, payment_key: str, amount_minor: int) -> None:
        self.calls.append(f"refund {key}")
        payment = self.payments.get(payment_key)
        if payment is None or payment.captured is None:
            raise LedgerMismatch("the provider knows no capture under this key")
        if key in payment.refunds:
            return
        self._refuse_refund(key, payment.method)
        if payment.refunded_minor + amount_minor > payment.captured.amount_minor:
            raise LedgerMismatch("the refund is higher than the outstanding amount")
        payment.refunds[key] = amount_minor

    def net_minor(self, key: str) -> int:
        """Captured minus refunded: the amount that the customer has paid."""
        payment = self.payments.get(key)
        if payment is None or payment.captured is None:
            return 0
        return payment.captured.amount_minor - payment.refunded_minor

    def _replay(self, payment: Payment) -> Money:
        if payment.captured is None:
            raise PaymentClosed("the payment key was closed before it was charged")
        return payment.captured

    def _misbehave(self, key: str, method: str) -> None:
        if method == "pm_unavailable":
            raise ProviderUnavailable("the payment provider is unavailable")
        if flaky := _FLAKY_CHARGE.fullmatch(method):
            self._fail_first(f"charge {key}", int(flaky[1]))
        elif method == "pm_insufficient_funds":
            raise PaymentDeclined("insufficient funds")
        elif method not in _CAPTURING and not _FLAKY_REFUND.fullmatch(method):
            raise PaymentDeclined("the payment method was declined")

    def _refuse_refund(self, key: str, method: str) -> None:
        if method == "pm_refund_fails":
            raise ProviderUnavailable("the payment provider accepts no refunds at present")
        if flaky := _FLAKY_REFUND.fullmatch(method):
            self._fail_first(f"refund {key}", int(flaky[1]))

    def _fail_first(self, attempt: str, failures: int) -> None:
        self._attempts[attempt] = self._attempts.get(attempt, 0) + 1
        if self._attempts[attempt] <= failures:
            raise ProviderUnavailable("the payment provider is unavailable")
