"""The modules of activities implement the interfaces that the state machine is written against."""

import json
import re
from pathlib import Path

from lambdas.activities import approval, enrichment, inventory, notification, order_status, payment
from lambdas.domain.activities import (
    ApprovalActivities,
    EnrichmentActivities,
    InventoryActivities,
    NotificationActivities,
    OrderStatusActivities,
    PaymentActivities,
)

# mypy checks these assignments: a module that drifts from its interface does not type-check.
ENRICHMENT: EnrichmentActivities = enrichment
INVENTORY: InventoryActivities = inventory
APPROVAL: ApprovalActivities = approval
PAYMENT: PaymentActivities = payment
ORDER_STATUS: OrderStatusActivities = order_status
NOTIFICATION: NotificationActivities = notification

GROUPS = {
    EnrichmentActivities: ENRICHMENT,
    InventoryActivities: INVENTORY,
    ApprovalActivities: APPROVAL,
    PaymentActivities: PAYMENT,
    OrderStatusActivities: ORDER_STATUS,
    NotificationActivities: NOTIFICATION,
}
DEFINITION = Path(__file__).resolve().parents[2] / "statemachine/order_workflow.asl.json"


def _methods(group: type) -> set[str]:
    return {name for name in vars(group) if not name.startswith("_")}


def test_every_activity_of_the_definition_belongs_to_exactly_one_group() -> None:
    placeholders = set(re.findall(r"\$\{(\w+)\}", json.dumps(json.loads(DEFINITION.read_text()))))
    grouped = [name for group in GROUPS for name in _methods(group)]
    assert sorted("".join(part.title() for part in name.split("_")) for name in grouped) == sorted(
        placeholders
    )


def test_every_group_is_implemented_by_its_module() -> None:
    missing = [
        name
        for group, module in GROUPS.items()
        for name in _methods(group)
        if getattr(getattr(module, name, None), "__name__", None) != name
    ]
    assert missing == []
