"""The configuration of the AWS clients, and the system clock."""

import time
from typing import Any

import pytest
from botocore.exceptions import ClientError
from botocore.retries import standard

from lambdas.adapters import aws_clients
from lambdas.adapters.system_clock import SystemClock

LAMBDA_TIMEOUT_SECONDS = 20


@pytest.mark.parametrize("service", ["dynamodb", "stepfunctions", "sqs"])
def test_a_call_fails_well_before_its_lambda_times_out(service: str) -> None:
    config = aws_clients.client(service).meta.config

    attempts = config.retries["total_max_attempts"]
    longest = attempts * (config.connect_timeout + config.read_timeout)
    assert attempts > 1
    assert longest < LAMBDA_TIMEOUT_SECONDS


def test_every_code_that_the_sdk_retries_is_transient() -> None:
    throttled: Any = standard.ThrottledRetryableChecker
    transient: Any = standard.TransientRetryableChecker
    retried = {*throttled._THROTTLED_ERROR_CODES, *transient._TRANSIENT_ERROR_CODES}

    assert retried <= aws_clients.THROTTLED


def test_an_error_is_named_by_its_code() -> None:
    error = ClientError({"Error": {"Code": "Throttled"}}, "GetItem")

    assert aws_clients.error_code(error) == "Throttled"
    assert aws_clients.error_code(ClientError({}, "GetItem")) == ""


def test_the_system_clock_returns_epoch_milliseconds_and_sleeps() -> None:
    clock = SystemClock()
    before, started = int(time.time() * 1000), time.monotonic()

    clock.sleep(0.01)

    assert time.monotonic() - started >= 0.01
    assert before <= clock.now() <= time.time() * 1000
