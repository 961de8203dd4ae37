"""Both payment providers under one suite: the fake of the unit tests, the sandbox on its table."""

from collections.abc import Callable
from typing import Any

from lambdas.adapters.sandbox_payments import SandboxPayments
from lambdas.domain.ports import PaymentGateway
from lambdas.domain.record.money import Money
from tests.support import tables
from tests.support.fake_clock import FakeClock
from tests.support.fake_payments import FakePayments

KEY, REFUND = "pay:O1", "refund:O1"
TEN = Money(1000, "EUR")
Books = Callable[[], tuple[int, int]]
"""(captured, refunded) under KEY, as a provider's books say."""


def in_memory() -> tuple[PaymentGateway, Books]:
    fake = FakePayments()
    return fake, lambda: _of_fake(fake)


def on_table(client: Any) -> tuple[PaymentGateway, Books]:
    sandbox = SandboxPayments(client, FakeClock(), payments_table=tables.PAYMENTS)
    return sandbox, lambda: _of_table(client)


def _of_fake(fake: FakePayments) -> tuple[int, int]:
    payment = fake.payments.get(KEY)
    if payment is None or payment.captured is None:
        return 0, 0
    return payment.captured.amount_minor, payment.refunded_minor


def _of_table(client: Any) -> tuple[int, int]:
    found = [r for r in tables.records(client, tables.PAYMENTS) if r["payment_key"] == KEY]
    return (found[0]["captured_minor"], found[0].get("refunded_minor", 0)) if found else (0, 0)
