"""Signatures of reports: `t=<epoch seconds>,v1=<hex>`, an HMAC-SHA-256 of the time and the body."""

import hashlib
import hmac
import re

TOLERANCE_SECONDS = 300
"""How much the time of a signature may differ from the clock: a recorded request ages."""
_HEADER = re.compile(r"t=(\d{1,12}),v1=([0-9a-f]{64})")


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
