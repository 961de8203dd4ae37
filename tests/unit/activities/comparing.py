"""What runs of activities are compared by: the order, and what left the process."""

import re
from dataclasses import replace
from typing import Any

from lambdas.domain.record.order import Order
from tests.support.fakes.fake_notifier import Mail
from tests.support.world import World


def essence(order: Order) -> Order:
    """The order without what every write moves, and what every attempt makes up."""
    links = dict.fromkeys(order.approval_links.values(), "a link")
    still = replace(order, sequence=0, updated_at=0, next_check_at=0, last_heartbeat_at=None)
    ledger = {name: replace(effect, claimant=None) for name, effect in order.ledger.items()}
    return replace(still, approval_links=links, ledger=ledger)


def effects(world: World) -> dict[str, Any]:
    """Everything that left the process for good."""
    items = {s: (x.available, x.held, x.sold) for s, x in world.inventory.by_sku.items()}
    books = {k: (p.captured, p.refunded_minor) for k, p in world.payments.payments.items()}
    return {
        "stock": items,
        "books": books,
        "mails": [_without_link(mail) for mail in world.notifier.sent],
        "stuck": list(world.operations.stuck),
    }


def _without_link(mail: Mail) -> Mail:
    parts = (mail.body, mail.html)
    body, html = (re.sub(r"#/approval/[\w-]+", "#/approval/...", part) for part in parts)
    return mail._replace(body=body, html=html)
