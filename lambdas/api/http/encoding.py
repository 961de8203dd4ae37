"""Content encoding of public answers: gzip if the client accepts it. (RFC 9110, 8.4 and 12.5.3)

Answers to requests with a token are never compressed: their length must not reveal their content.
"""

import base64
import gzip
import re
from collections.abc import Mapping
from typing import Any

_CODING = re.compile(
    r"\s*([!#$%&'*+.^_`|~0-9A-Za-z-]+)\s*(?:;\s*q\s*=\s*([01](?:\.[0-9]{0,3})?)\s*)?"
)


def accepts_gzip(accept_encoding: str) -> bool:
    """Whether the header `Accept-Encoding` names gzip, or `*`, with a weight above 0."""
    found = (_CODING.fullmatch(one) for one in accept_encoding.split(","))
    weights = {one[1].lower(): float(one[2] or 1) for one in found if one}
    return weights.get("gzip", weights.get("*", 0.0)) > 0


def encode_answer(answer: Mapping[str, Any], *, compress: bool) -> Mapping[str, Any]:
    """A public answer (payload format 2.0) with the header `Vary`, compressed on request."""
    headers = {**answer["headers"], "Vary": "Accept-Encoding"}
    if not compress or not answer.get("body") or answer["isBase64Encoded"]:
        return {**answer, "headers": headers}
    packed = gzip.compress(answer["body"].encode(), mtime=0)
    return {
        **answer,
        "headers": {**headers, "Content-Encoding": "gzip"},
        "body": base64.b64encode(packed).decode(),
        "isBase64Encoded": True,
    }
