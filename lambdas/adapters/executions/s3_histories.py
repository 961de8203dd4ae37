"""HistoryArchive on an S3 bucket: one object for each execution, gzipped JSON lines.

The key begins with the date of the order, as a partition for Athena:
`histories/date=2026-01-31/<order>/<order>-<epoch>.jsonl.gz`.
"""

import gzip
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any

from lambdas.adapters.aws_clients import call_or_none
from lambdas.domain.errors import StoreUnavailable
from lambdas.domain.executions import Row

_MISSING = frozenset({"404", "NoSuchKey"})
_EXISTS = frozenset({"PreconditionFailed"})
_call_s3 = partial(call_or_none, service="S3", unavailable=StoreUnavailable)
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_TIME_LENGTH = 10


class S3Histories:
    """Writes each object once: the history of an ended execution never changes."""

    def __init__(self, client: Any, *, bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def find(self, order_id: str, epoch: int) -> tuple[Row, ...]:
        def read() -> bytes:
            found = self._client.get_object(Bucket=self._bucket, Key=key(order_id, epoch))
            content: bytes = found["Body"].read()
            return content

        content = _call_s3(read, order_id=order_id, ignore=_MISSING)
        lines = gzip.decompress(content).splitlines() if content else []
        return tuple(json.loads(line) for line in lines)

    def exists(self, order_id: str, epoch: int) -> bool:
        def head() -> bool:
            self._client.head_object(Bucket=self._bucket, Key=key(order_id, epoch))
            return True

        return _call_s3(head, order_id=order_id, ignore=_MISSING) is not None

    def add(self, order_id: str, epoch: int, rows: Sequence[Row]) -> bool:
        text = "".join(f"{json.dumps(row, separators=(',', ':'))}\n" for row in rows)

        def write() -> bool:
            self._client.put_object(
                Bucket=self._bucket,
                Key=key(order_id, epoch),
                Body=gzip.compress(text.encode(), mtime=0),
                ContentType="application/gzip",
                IfNoneMatch="*",
            )
            return True

        return _call_s3(write, order_id=order_id, ignore=_EXISTS) is not None


def key(order_id: str, epoch: int) -> str:
    """The key of an execution's object."""
    return f"histories/date={_date(order_id)}/{order_id}/{order_id}-{epoch}.jsonl.gz"


def _date(order_id: str) -> str:
    """The date of an order: its ID is a ULID, whose first ten characters are the millisecond."""
    milliseconds = 0
    for character in order_id[:_TIME_LENGTH]:
        milliseconds = milliseconds * 32 + _ALPHABET.index(character)
    return datetime.fromtimestamp(milliseconds / 1000, UTC).date().isoformat()
