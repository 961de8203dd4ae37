"""The application around one order, on the engine, composed as in the API."""

import io
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import count
from typing import Any

import boto3
from moto.backends import get_backend

from lambdas.dependencies import dependencies
from lambdas.domain.record.order import Order
from lambdas.domain.record.signals import Signal, SignalKind
from lambdas.domain.steps.start import IdempotencyKey, StartRequest
from lambdas.services.order_writer import OrderWriter
from lambdas.telemetry import logger, note_order
from local.data.bank import SandboxBank
from tests.support.world import one_after_the_other
from tests.workflow import resources
from tests.workflow.histories import main_path, retries
from tests.workflow.moto_engine import MotoEngine


class World:
    """The actions of scenarios, and the observable results."""

    def __init__(self, engine: MotoEngine, log: io.StringIO) -> None:
        self.engine = engine
        self.recovered: list[Exception] = []
        self.accepted: list[str] = []
        self.order_id = ""
        self.versions: list[dict[str, Any]] = []
        self._log = log
        self._signal_ids = count(1)
        self.deps = dependencies()
        self.deps.clock = engine.clock
        self.deps.call_each = one_after_the_other
        # The longest delays, so that the number of repeated writes is known.
        store, clock = self.deps.store, engine.clock
        self.deps.orders = OrderWriter(store, clock, jitter=lambda: 1.0, observe=note_order)
        engine.wire.after_write = self._keep_version
        report = self.recovered.append
        self.workflow = replace(self.deps.workflow, report=report)
        self.janitor = self.deps.janitor
        self.janitor_sweep = replace(
            self.deps.janitor_sweep, report=lambda _id, error: report(error)
        )

    def place(self, request: StartRequest, key: str = "first") -> None:
        identified = IdempotencyKey(principal=request.requested_by, key=key, fingerprint="f1")
        with self.engine.lambdas.one_at_a_time:  # a step of the scenario may need the order's ID
            order, _ = self.workflow.start(request, identified)
            self.order_id = order.order_id

    def order(self) -> Order:
        return self.workflow.get_status(self.order_id)

    def signal(self, kind: SignalKind, actor: str, **fields: Any) -> None:
        signal_id = f"01KDVDNH00{next(self._signal_ids):016d}"
        signal = Signal(signal_id=signal_id, kind=kind, actor=actor, at=0, **fields)
        with self.engine.lambdas.one_at_a_time:
            self.workflow.signal(self.order_id, signal)
            self.accepted.append(signal_id)

    def paths(self) -> tuple[tuple[str, ...], ...]:
        """The path of each execution without branches, oldest first."""
        return tuple(main_path(h) for h in self.histories())

    def retried(self) -> dict[str, int]:
        """The number of retries of each state, over all executions."""
        return retries(self.histories())

    def histories(self) -> list[list[dict[str, Any]]]:
        return [self.engine.history(name) for name in self.engine.executions()]

    def statuses(self) -> tuple[str, ...]:
        return tuple(self.engine.status(name) for name in self.engine.executions())

    def moved_stock(self) -> dict[str, tuple[int, int, int]]:
        """(available, held, sold) of the SKUs whose stock is not as it was seeded."""
        counts = {
            s["sku"]: (s["available"], s["held"], s["sold"]) for s in resources.scan("inventory")
        }
        return {sku: held for sku, held in counts.items() if held != (resources.UNITS[sku], 0, 0)}

    def payment(self) -> tuple[int, int]:
        """(captured, refunded) in the payment provider's records."""
        books = {p["payment_key"]: p for p in resources.scan("payments")}
        book = books.get(f"pay:{self.order_id}", {})
        return book.get("captured_minor", 0), book.get("refunded_minor", 0)

    def mails(self) -> list[tuple[str, str]]:
        """(address, subject) of every mail that SES took, oldest first."""
        sent = get_backend("ses")[resources.ACCOUNT][resources.REGION].sent_messages
        return [(m.destinations["ToAddresses"][0], m.subject) for m in sent]

    def operator_messages(self) -> list[dict[str, Any]]:
        return resources.messages(self.engine.environment["OPERATIONS_QUEUE_URL"])

    def set_payment_method(self, method: str) -> None:
        """Change the payment method, and so the behaviour of the sandbox provider."""
        self._change_payment("payment_method = :method", {":method": {"S": method}})

    def undo_refund(self) -> None:
        """Fail a refund after it had succeeded."""
        amounts = "refundable_minor = captured_minor, refunded_minor = :none"
        self._change_payment(amounts, {":none": {"N": "0"}})

    def bank(self) -> SandboxBank:
        """The bank of the customer who paid the order."""
        payment = f"pay:{self.order_id}"
        return SandboxBank(boto3.client("dynamodb"), table="payments", reference=payment)

    def set_pending_until(self, instant: int) -> None:
        """The provider captures a pending payment at an instant (epoch milliseconds)."""
        self._change_payment("pending_until = :instant", {":instant": {"N": str(instant)}})

    def _change_payment(self, assignments: str, values: dict[str, Any]) -> None:
        boto3.client("dynamodb").update_item(
            TableName="payments",
            Key={"payment_key": {"S": f"pay:{self.order_id}"}},
            UpdateExpression=f"SET {assignments}",
            ExpressionAttributeValues=values,
        )

    def _keep_version(self) -> None:
        """Keep every version of the order's record, to check each write."""
        metas = [record for record in resources.scan("orders") if record["sk"] == "META"]
        self.versions += [meta for meta in metas if meta not in self.versions[-1:]]

    def log(self) -> str:
        """Everything that the functions logged."""
        return self._log.getvalue()


@contextmanager
def a_world(watch: Callable[[Any], object] = lambda _: None) -> Iterator[World]:
    """A fresh account, catalogue and log. `watch` gets the botocore session of the adapters."""
    log = io.StringIO()
    handler = logging.StreamHandler(log)
    handler.setFormatter(logger.registered_formatter)
    logger.addHandler(handler)
    try:
        with MotoEngine(watch) as engine:
            yield World(engine, log)
    finally:
        logging.getLogger(logger.name).removeHandler(handler)
