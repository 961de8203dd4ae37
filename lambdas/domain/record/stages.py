"""Stages of an order, and the groups of stages that rules name."""

from enum import StrEnum


class Stage(StrEnum):
    """Where the order stands. Only timeline events have the stage `notify`: the confirmation is
    sent after `completed`, because an e-mail must not keep an order open.
    """

    START = "start"
    ENRICHMENT = "enrichment"
    RESERVE = "reserve"
    AWAITING_APPROVAL = "awaiting-approval"
    PAYMENT = "payment"
    STATUS_UPDATE = "status-update"
    NOTIFY = "notify"
    COMPLETED = "completed"
    COMPENSATING = "compensating"
    CANCELLED = "cancelled"
    FAILED = "failed"


ENDS = frozenset({Stage.COMPLETED, Stage.CANCELLED, Stage.FAILED})
BEFORE_RESERVE = frozenset({Stage.START, Stage.ENRICHMENT, Stage.RESERVE})
BEFORE_PAYMENT = BEFORE_RESERVE | {Stage.AWAITING_APPROVAL}
PAYING = frozenset({Stage.PAYMENT, Stage.STATUS_UPDATE})
BEFORE_COMPLETION = BEFORE_PAYMENT | PAYING
COMPENSATED = frozenset({Stage.COMPENSATING, Stage.CANCELLED, Stage.FAILED})
"""Stages of orders whose effects are undone, or being undone."""
RESUME_POINTS = {
    Stage.AWAITING_APPROVAL: "wait",
    Stage.PAYMENT: "complete",
    Stage.STATUS_UPDATE: "complete",
    Stage.COMPENSATING: "compensate",
}
"""Where a new execution continues, by stage; for all other stages, at the start."""
