"""The payment providers under one contract: the fake of the unit tests, the sandbox, and those of
the modules `tests/adapters/*/<name>_provider.py`.

Such a module has two functions: `provider()` returns the adapter on an API in memory, and
`webhook(monkeypatch)` returns a report that the provider signed.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

from lambdas.adapters.sandbox.payments import SandboxPayments
from lambdas.adapters.signed_reports import sign
from lambdas.domain.payment_webhook import PaymentReport, PaymentWebhook
from lambdas.domain.payments import Payment, PaymentGateway, PaymentRequest
from lambdas.domain.record.money import Money
from tests.support import tables
from tests.support.fakes.fake_clock import NOW, FakeClock
from tests.support.fakes.fake_payments import FakePayments, as_records

KEY, REFUND = "pay:O1", "refund:O1"
TEN = Money(1000, "EUR")
CUSTOMER = "alice"
HOUR_MS = 3_600_000

MODULES = {
    file.stem.removesuffix("_provider"): f"tests.adapters.{file.parent.name}.{file.stem}"
    for file in sorted(Path(__file__).parents[1].glob("*/*_provider.py"))
}
"""The module of each provider, by its name."""


def provider_module(name: str) -> Any:
    """The module of a provider, imported when a test needs it."""
    return import_module(MODULES[name])


def a_request(method: str = "pm_ok", **changes: Any) -> PaymentRequest:
    """A payment of 10 EUR by alice."""
    fields: dict[str, Any] = {
        "key": KEY,
        "customer_id": CUSTOMER,
        "amount": TEN,
        "payment_method": method,
    }
    return PaymentRequest(**(fields | changes))


def paid(gateway: PaymentGateway, method: str = "pm_ok") -> str:
    """Prepare and capture a payment of 10 EUR; returns its reference."""
    reference = gateway.prepare(a_request(method))
    gateway.capture(reference)
    return reference


class Refusals(NamedTuple):
    """Patterns of the messages with which a provider refuses an unknown reference or a refund. By
    default any message matches.
    """

    unknown: str = "."
    not_captured: str = "."
    too_much: str = "."
    failed: str = "."


ANY_REFUSALS = Refusals()
SANDBOX_REFUSALS = Refusals(
    unknown="^the provider has no payment under this reference$",
    not_captured="^the provider has no capture under this reference$",
    too_much="^the refund is higher than the outstanding amount$",
    failed="^the bank refused the refund$",
)


@dataclass(frozen=True)
class Provider:
    """A provider under the contract. `books` are (captured, refunded) of all payments that moved
    money, in minor units. `methods` are its names of the payment methods of the contract, `now` is
    its time in epoch milliseconds.
    """

    gateway: PaymentGateway
    books: Callable[[], list[tuple[int, int]]]
    methods: Mapping[str, str] = field(default_factory=dict)
    now: Callable[[], int] = lambda: NOW
    refusals: Refusals = ANY_REFUSALS

    def prepare(self, method: str = "pm_ok", **changes: Any) -> str:
        """Prepare a payment with a payment method of the contract."""
        return self.gateway.prepare(a_request(self.methods.get(method, method), **changes))

    def captured(self, method: str = "pm_ok", **changes: Any) -> str:
        """Prepare and capture a payment; returns its reference."""
        reference = self.prepare(method, **changes)
        self.gateway.capture(reference)
        return reference

    def moved(self, hours_ago: int = 0) -> dict[str, Payment]:
        """The payments whose money moved in the hour before and the hour after a time."""
        at = self.now() - hours_ago * HOUR_MS
        return dict(self.gateway.list_moved(at - HOUR_MS, at + HOUR_MS))


@dataclass
class SignedReport:
    """A body, what its report says, the header for its signature, and the webhook that reads it."""

    webhook: PaymentWebhook
    header: str
    body: str
    report: PaymentReport
    secret: str
    clock: FakeClock

    def read(self, signature: str) -> PaymentReport | None:
        """Read the report with a signature."""
        return self.webhook.read(self.body, {self.header: signature})

    def read_signed(self, body: str) -> PaymentReport | None:
        """Sign another body, and read it."""
        self.body = body
        return self.read(sign(self.secret, body, self.clock.now() // 1000))


def in_memory() -> Provider:
    fake = FakePayments()
    return Provider(fake, lambda: moved_money(as_records(fake)), refusals=SANDBOX_REFUSALS)


def on_table(client: Any) -> Provider:
    sandbox = SandboxPayments(client, FakeClock(), payments_table=tables.PAYMENTS)
    return Provider(
        sandbox,
        lambda: moved_money(tables.records(client, tables.PAYMENTS)),
        refusals=SANDBOX_REFUSALS,
    )


def moved_money(records: list[dict[str, Any]]) -> list[tuple[int, int]]:
    """(captured, refunded) of the records of payments that moved money."""
    amounts = [(r.get("captured_minor", 0), r.get("refunded_minor", 0)) for r in records]
    return [amount for amount in amounts if amount != (0, 0)]
