"""Reports of payment providers: their fields, and signatures as the sandbox makes them,
`t=<epoch seconds>,v1=<hex>`: an HMAC-SHA-256 of the time and the body.
"""

import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from typing import Any

from lambdas.domain.payment_webhook import MalformedReport, PaymentReport

TOLERANCE_SECONDS = 300
"""How much the time of a signature may differ from the clock: a recorded request ages."""
_HEADER = re.compile(r"t=([0-9]{1,12}),v1=([0-9a-f]{64})")
_TEXT = re.compile(r"[!-~]{1,255}")


def sign(secret: str, body: str, at_seconds: int) -> str:
    """The value of the signature header."""
    digest = hmac.new(secret.encode(), f"{at_seconds}.{body}".encode(), hashlib.sha256)
    return f"t={at_seconds},v1={digest.hexdigest()}"


def is_signed(secret: str, body: str, signature: str, now_seconds: int) -> bool:
    """Whether the signature is valid, and not too old or too new."""
    match = _HEADER.fullmatch(signature)
    if match is None or abs(now_seconds - int(match[1])) > TOLERANCE_SECONDS:
        return False
    return hmac.compare_digest(sign(secret, body, int(match[1])), signature)


def parse_report(body: str) -> Mapping[str, Any]:
    """The JSON object in the body of a signed report. Raises MalformedReport."""
    try:
        report = json.loads(body)
    except (ValueError, RecursionError):
        raise MalformedReport from None
    if not isinstance(report, dict):
        raise MalformedReport
    return report


def report_of(report_id: object, kind: object, reference: object) -> PaymentReport:
    """A report with these fields. Raises MalformedReport for one that is not a short text."""
    return PaymentReport(_text(report_id), _text(kind), _text(reference))


def _text(value: object) -> str:
    if not isinstance(value, str) or not _TEXT.fullmatch(value):
        raise MalformedReport
    return value
