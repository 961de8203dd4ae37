"""Every activity, a row each, with what a test needs to call it."""

from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import pytest

from lambdas.activities import approval, enrichment, inventory, notification, order_status, payment
from lambdas.activity_handler import Handler
from lambdas.domain.record.order import Order
from lambdas.domain.record.signals import SignalKind
from lambdas.domain.record.stages import Stage
from tests.support.builders import APPROVAL_TIMEOUT_MS, a_signal
from tests.support.fakes.fake_clock import NOW
from tests.support.world import TOKEN, World


@dataclass(frozen=True, kw_only=True)
class Row:
    """One activity, the stage at which it is called, and the input that it needs besides ids."""

    activity: Handler
    stage: Stage
    task: dict[str, Any] = field(default_factory=dict)
    forward: bool = True
    record: dict[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return self.activity.__name__

    def place(self, world: World) -> Order:
        world.ask_by_mail()
        return world.place(self.stage, **self.record)


ROWS = [
    Row(activity=enrichment.fetch_inventory_snapshot, stage=Stage.START),
    Row(activity=enrichment.fetch_customer_profile, stage=Stage.START),
    Row(activity=enrichment.fetch_recommendations, stage=Stage.START),
    Row(activity=inventory.reserve_stock, stage=Stage.RESERVE),
    Row(activity=approval.await_signal, stage=Stage.AWAITING_APPROVAL, task={"token": TOKEN}),
    Row(activity=approval.apply_signals, stage=Stage.AWAITING_APPROVAL, task={"loops": 1}),
    Row(
        activity=notification.request_approval,
        stage=Stage.AWAITING_APPROVAL,
        record={"approval_deadline": NOW + APPROVAL_TIMEOUT_MS - 20_000},
    ),
    Row(activity=payment.process_payment, stage=Stage.PAYMENT),
    Row(activity=order_status.update_order_status, stage=Stage.STATUS_UPDATE),
    Row(activity=notification.send_order_confirmation, stage=Stage.COMPLETED),
    Row(
        activity=payment.refund_payment,
        stage=Stage.STATUS_UPDATE,
        forward=False,
        record={"inbox": (a_signal(SignalKind.CANCEL_ORDER),), "cancel_requested_at": NOW},
    ),
    Row(activity=inventory.release_stock, stage=Stage.COMPENSATING, forward=False),
    Row(activity=notification.send_cancellation_email, stage=Stage.COMPENSATING, forward=False),
    Row(
        activity=order_status.close_order,
        stage=Stage.COMPENSATING,
        forward=False,
        record={"ledger": {}, "reserved": False},
    ),
]
every_activity = pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
perhaps = suppress
"""An activity that comes too late may refuse or find nothing to do; both are right."""
