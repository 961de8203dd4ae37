"""Runs the API function through every call that it can make."""

from dataclasses import replace
from typing import Any
from unittest.mock import patch

import boto3
import botocore.session
from moto import mock_aws

from lambdas.adapters import aws_clients
from lambdas.adapters.dynamodb.attribute_values import to_item
from tests.adapters import test_requests_per_route as routes
from tests.adapters.test_requests_per_route import PREFER, SKUS, Deployment, fill, requests
from tests.infrastructure.grants.recorder import Recorder
from tests.support import tables
from tests.support.telemetry import discard_metrics
from tests.workflow.resources import REGION

BUCKET = "histories"


def call_every_route(recorder: Recorder) -> None:
    """Every route of the API, with the reader of exported histories."""
    session = botocore.session.get_session()
    recorder.install(session)
    with (
        mock_aws(),
        patch.dict("os.environ", {"AWS_DEFAULT_REGION": REGION}),
        patch.multiple(routes, LONG_HISTORY=2, RUNNING_EXECUTIONS=2),
        patch.object(aws_clients, "_session", lambda: session),
    ):
        discard_metrics()
        client = boto3.client("dynamodb")
        tables.create_tables(client)
        for sku in SKUS:
            tables.put_stock(client, sku, available=9)
        client.put_item(TableName=tables.CUSTOMERS, Item=to_item(routes.CUSTOMER))
        create_bucket()
        with recorder.running("api"):
            on = Deployment(client)
            on.deps.settings = on.deps.settings._replace(histories_bucket=BUCKET)
            for request in requests(on, *fill(client, 20)):
                unhurried = request.headers if request.headers is not PREFER else None
                answer, _ = on.answer(replace(request, headers=unhurried))
                assert answer.status == request.status, answer.text
            on.deps.histories.find("01KDVDNH000000000000000001", 1)


def create_bucket() -> None:
    """The bucket of the exported histories."""
    where: Any = {"LocationConstraint": REGION}
    boto3.client("s3").create_bucket(Bucket=BUCKET, CreateBucketConfiguration=where)
