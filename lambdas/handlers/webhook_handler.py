"""Lambda handler of the payment provider's webhook: `POST /payments/webhook`.

It answers 2xx to every signed report that is well formed, 400 without a valid signature, 422 to
another signed report, and 503 if the provider should send the report again.
"""

import base64
import binascii
from collections.abc import Mapping
from typing import Any

from lambdas.dependencies import Dependencies, dependencies
from lambdas.domain.errors import TransientError
from lambdas.domain.payment_webhook import MalformedReport, UnsignedReport
from lambdas.telemetry import count, flush_metrics, log_keys, logger, request_id

MAX_BYTES = 256 * 1024
_MESSAGES = {
    200: "received",
    400: "the signature is missing, not valid, or too old",
    413: "the report is too large",
    422: "the report is signed, but it lacks the fields of a report",
    503: "try again",
}


def receive(event: Mapping[str, Any], context: object) -> Mapping[str, Any]:
    """Answer one report. (HTTP API, payload format 2.0)"""
    with log_keys(request_id=request_id(context)):
        status = _status(event, dependencies())
    flush_metrics()
    body = f'{{"message": "{_MESSAGES[status]}"}}'
    return {
        "statusCode": status,
        "headers": {"content-type": "application/json", "cache-control": "no-store"},
        "body": body,
    }


def _status(event: Mapping[str, Any], deps: Dependencies) -> int:
    body = str(event.get("body") or "")
    if len(body) > MAX_BYTES:
        count("PaymentReport-refused")
        return 413
    try:
        action = _receive(_text(body, event), event, deps)
    except UnsignedReport:
        action, status = "refused", 400
    except MalformedReport:
        logger.error("malformed report")
        action, status = "malformed", 422
    except TransientError as error:
        logger.warning("report postponed", error=type(error).__name__, reason=error.message)
        action, status = "postponed", 503
    else:
        status = 200
    count(f"PaymentReport-{action}")
    return status


def _receive(body: str, event: Mapping[str, Any], deps: Dependencies) -> str:
    headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
    report = deps.payment_webhook.read(body, headers)
    if report is None:
        return "ignored"
    action = deps.payment_reports.receive(report.reference)
    logger.info("report received", report_id=report.report_id, kind=report.kind, action=action)
    return action


def _text(body: str, event: Mapping[str, Any]) -> str:
    """The body as the provider signed it. Raises UnsignedReport for one that is no text."""
    if not event.get("isBase64Encoded"):
        return body
    try:
        return base64.b64decode(body, validate=True).decode()
    except (binascii.Error, ValueError):
        raise UnsignedReport from None
