"""Enrichment: records each finding on the order."""

from dataclasses import replace

from lambdas.domain.record.changes import Change, make_change
from lambdas.domain.record.order import Enrichment, Order
from lambdas.domain.record.stages import BEFORE_RESERVE, Stage


def record_finding(
    order: Order,
    now: int,
    *,
    customer_tier: str | None = None,
    inventory_ok: bool | None = None,
    recommendations: tuple[str, ...] = (),
) -> Change | None:
    """Record the finding of one enrichment activity; None if it is recorded.

    The order stands at `reserve` once both required findings (tier, inventory) are there; the
    recommendations are optional. Raises OrderCancelled or OrderMovedOn (a late sibling).
    """
    known = order.enrichment
    found = replace(
        known,
        customer_tier=customer_tier or known.customer_tier,
        inventory_ok=known.inventory_ok if inventory_ok is None else inventory_ok,
        recommendations=recommendations or known.recommendations,
    )
    order.require_forward(BEFORE_RESERVE)
    stage = Stage.RESERVE if _sufficient(found) else Stage.ENRICHMENT
    after = replace(order, enrichment=found, stage=stage)
    if stage is not order.stage:
        return make_change(order, after, now, (f"{stage}-reached", {}))
    return make_change(order, after, now) if found != known else None


def _sufficient(found: Enrichment) -> bool:
    return found.customer_tier is not None and found.inventory_ok is not None
