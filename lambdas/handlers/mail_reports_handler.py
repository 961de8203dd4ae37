"""Lambda handler of SES reports: records bounces and complaints on their orders.

The EventBridge rules pass the tags of the e-mail and the type of the report, and no address.
"""

from collections.abc import Mapping
from functools import partial
from typing import Any

from lambdas.dependencies import dependencies
from lambdas.domain.errors import OrderNotFound
from lambdas.domain.mail.delivery import DeliveryReport, record_delivery
from lambdas.domain.record.ledger import BOUNCED, COMPLAINED
from lambdas.handlers.event_fields import MalformedEvent, read_field
from lambdas.telemetry import log_keys, logger

_EXPECTED = (
    '`{"order_id": ["…"], "mail": ["mail-confirmation"], "delivery": "complained"}`, or '
    '`"delivery": "bounced"` with `"bounce_type": "…"`'
)


def record(event: Mapping[str, Any], context: object) -> dict[str, bool]:  # noqa: ARG001
    """Record one report, once: a repeated report changes nothing.

    Raises StoreUnavailable or StoreConflict: Lambda then repeats the event. Raises MalformedEvent.
    """
    order_id = read_field(event, "order_id.0", str, _EXPECTED)
    report = _report(event)
    with log_keys(order_id=order_id):
        recorded = _record(order_id, report)
        logger.info(
            "e-mail reported", mail=report.mail, delivery=report.delivery, recorded=recorded
        )
    return {"recorded": recorded}


def _report(event: Mapping[str, Any]) -> DeliveryReport:
    mail = read_field(event, "mail.0", str, _EXPECTED)
    delivery = read_field(event, "delivery", str, _EXPECTED)
    if delivery not in (BOUNCED, COMPLAINED):
        raise MalformedEvent("delivery", _EXPECTED)
    is_bounce = delivery == BOUNCED
    bounce_type = read_field(event, "bounce_type", str, _EXPECTED) if is_bounce else None
    return DeliveryReport(mail=mail, delivery=delivery, bounce_type=bounce_type)


def _record(order_id: str, report: DeliveryReport) -> bool:
    orders = dependencies().orders
    try:
        before = orders.get(order_id)
    except OrderNotFound:
        return False
    after = orders.change(order_id, partial(record_delivery, report=report))
    return after.sequence != before.sequence
