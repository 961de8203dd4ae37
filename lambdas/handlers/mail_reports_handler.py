"""Lambda handler of the reports of SES: records bounces and complaints on their orders.

The rules of EventBridge pass the tags of the e-mail and the type of the report, and no address.
"""

from collections.abc import Mapping
from functools import partial
from typing import Any

from lambdas.dependencies import dependencies
from lambdas.domain.errors import OrderNotFound
from lambdas.domain.mail.delivery import DeliveryReport, record_delivery
from lambdas.telemetry import log_keys, logger


def record(event: Mapping[str, Any], context: object) -> dict[str, bool]:  # noqa: ARG001
    """Record one report, once: a repeated report changes nothing.

    Raises StoreUnavailable or StoreConflict: Lambda then repeats the event.
    """
    (order_id,), (mail,) = event["order_id"], event["mail"]
    report = DeliveryReport(
        mail=mail, delivery=event["delivery"], bounce_type=event.get("bounce_type")
    )
    with log_keys(order_id=order_id):
        recorded = _record(order_id, report)
        logger.info("e-mail reported", mail=mail, delivery=report.delivery, recorded=recorded)
    return {"recorded": recorded}


def _record(order_id: str, report: DeliveryReport) -> bool:
    orders = dependencies().orders
    try:
        before = orders.get(order_id)
    except OrderNotFound:
        return False
    after = orders.change(order_id, partial(record_delivery, report=report), seen=before)
    return after.sequence != before.sequence
