"""Exported histories in a bucket: written once, readable by other tools."""

import gzip
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from botocore.exceptions import ConnectTimeoutError

from lambdas.adapters import aws_clients
from lambdas.adapters.executions.dynamodb_outcomes import DynamoDBSweepPosition
from lambdas.adapters.executions.s3_histories import S3Histories, key
from lambdas.domain.errors import StoreUnavailable
from tests.support import tables
from tests.support.faults import answer, fail
from tests.support.raising import raises

ORDER = "01KDVDNH000000000000000001"
ROWS = ({"order_id": ORDER, "id": 1, "error": None}, {"order_id": ORDER, "id": 2, "error": "X"})


@pytest.fixture
def s3() -> Any:
    made = aws_clients.client("s3")
    made.create_bucket(Bucket="histories")
    return made


def test_rows_make_the_round_trip_and_the_first_ones_stay(s3: Any) -> None:
    histories = S3Histories(s3, bucket="histories")

    assert not histories.exists(ORDER, 1)
    assert histories.find(ORDER, 1) == ()
    assert histories.add(ORDER, 1, ROWS)
    assert not histories.add(ORDER, 1, ROWS[:1])

    assert histories.exists(ORDER, 1)
    assert histories.find(ORDER, 1) == ROWS
    assert not histories.exists(ORDER, 2)


def test_an_object_is_compressed_json_lines_in_a_partition_by_date(s3: Any) -> None:
    S3Histories(s3, bucket="histories").add(ORDER, 2, ROWS)

    name = f"histories/date=2026-01-01/{ORDER}/{ORDER}-2.jsonl.gz"
    assert key(ORDER, 2) == name
    body = s3.get_object(Bucket="histories", Key=name)["Body"].read()
    assert gzip.decompress(body).decode().splitlines() == [
        f'{{"order_id":"{ORDER}","id":1,"error":null}}',
        f'{{"order_id":"{ORDER}","id":2,"error":"X"}}',
    ]


CALLS: Mapping[str, Callable[[S3Histories], object]] = {
    "PutObject": lambda histories: histories.add(ORDER, 1, ROWS),
    "GetObject": lambda histories: histories.find(ORDER, 1),
    "HeadObject": lambda histories: histories.exists(ORDER, 1),
}


@pytest.mark.parametrize("operation", CALLS)
def test_a_bucket_that_does_not_answer_is_unavailable(s3: Any, operation: str) -> None:
    histories = S3Histories(s3, bucket="histories")

    answer(s3, operation, "SlowDown")
    with raises(StoreUnavailable, "S3 answered SlowDown", ORDER):
        CALLS[operation](histories)
    fail(s3, operation, ConnectTimeoutError(endpoint_url="https://s3"))
    with raises(StoreUnavailable, "S3 did not answer", ORDER):
        CALLS[operation](histories)


def test_the_position_of_the_sweep_makes_the_round_trip(dynamodb: Any) -> None:
    position = DynamoDBSweepPosition(dynamodb, orders_table=tables.ORDERS)

    assert position.read() is None
    for cursor in ("next", None):
        position.save(cursor)
        assert position.read() == cursor
