"""The payment methods of the sandbox provider. Each one selects a behaviour, as test card numbers
of real providers do; docs/local.md lists them.
"""

import re
from dataclasses import dataclass

from lambdas.domain.payments import PaymentState

PROCESSING_MS = 30_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """The behaviour of a payment method. `state` is the state after a capture, `failures` and
    `refund_failures` are the numbers of first attempts that fail. With `stores_error`, preparing
    fails and the error is stored under the key. `processing_ms` is how long a payment is pending
    before it is captured; None: until its record is changed from outside.
    """

    state: PaymentState = PaymentState.CAPTURED
    processing_ms: int | None = None
    reason: str = ""
    owner: str = ""
    unavailable: bool = False
    stores_error: bool = False
    slow: bool = False
    failures: int = 0
    refunds_unavailable: bool = False
    refunds_rejected: bool = False
    refund_failures: int = 0


_METHODS = {
    "pm_ok": Method(),
    "pm_insufficient_funds": Method(state=PaymentState.DECLINED, reason="insufficient funds"),
    "pm_unavailable": Method(unavailable=True),
    "pm_slow": Method(slow=True),
    "pm_error_stored": Method(stores_error=True),
    "pm_processing": Method(state=PaymentState.PENDING, processing_ms=PROCESSING_MS),
    "pm_pending": Method(state=PaymentState.PENDING),
    "pm_action_required": Method(state=PaymentState.ACTION_REQUIRED),
    "pm_expired": Method(state=PaymentState.VOIDED),
    "pm_refund_fails": Method(refunds_unavailable=True),
    "pm_refund_rejected": Method(refunds_rejected=True),
}
_DECLINED = Method(state=PaymentState.DECLINED, reason="the payment method was declined")
_FLAKY = re.compile(r"pm_flaky_(\d)")
_FLAKY_REFUND = re.compile(r"pm_refund_fails_(\d)")
_OF_CUSTOMER = re.compile(r"pm_of_(.+)")


def find_method(name: str) -> Method:
    """The behaviour of a payment method; an unknown one is declined."""
    if found := _FLAKY.fullmatch(name):
        return Method(failures=int(found[1]))
    if found := _FLAKY_REFUND.fullmatch(name):
        return Method(refund_failures=int(found[1]))
    if found := _OF_CUSTOMER.fullmatch(name):
        return Method(owner=found[1])
    return _METHODS.get(name, _DECLINED)
