"""AWS clients of botocore. Importing boto3 would double the imports of a cold start."""

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeVar

import botocore.session
from botocore.config import Config
from botocore.exceptions import ClientError, ConnectionError, HTTPClientError

from lambdas.domain.errors import TransientError

if TYPE_CHECKING:
    from botocore.client import BaseClient

T = TypeVar("T")

# A call fails after at most two attempts of 6 s and a short pause, before its Lambda function
# times out (20 s, the API 28 s): after a timeout the function cannot report the error.
_CONFIG = Config(
    connect_timeout=2, read_timeout=4, retries={"mode": "standard", "total_max_attempts": 2}
)
_ONCE = Config(connect_timeout=2, read_timeout=4, retries={"total_max_attempts": 1})

THROTTLED = frozenset(
    {
        "BandwidthLimitExceeded",
        "EC2ThrottledException",
        "InternalServerError",
        "LimitExceededException",
        "PriorRequestNotComplete",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "RequestThrottled",
        "RequestThrottledException",
        "RequestTimeout",
        "RequestTimeoutException",
        "ServiceUnavailable",
        "SlowDown",
        "ThrottledException",
        "Throttling",
        "ThrottlingError",
        "ThrottlingException",
        "TooManyRequestsException",
        "TransactionInProgressException",
    }
)
"""Error codes of transient errors. (AWS SDK reference guide, "Retry behavior")"""


@lru_cache
def _session() -> botocore.session.Session:
    return botocore.session.get_session()


def client(service: str) -> Any:
    """Create a client of an AWS service. The adapters annotate it with the type of the service."""
    made: BaseClient = _session().create_client(service, config=_CONFIG)
    return made


def client_without_retries(service: str) -> Any:
    """Create a client that makes each call once, for effects that have no idempotency key."""
    made: BaseClient = _session().create_client(service, config=_ONCE)
    return made


def call_or_none(
    call: Callable[[], T],
    service: str,
    unavailable: type[TransientError],
    *,
    order_id: str = "",
    ignore: frozenset[str] = frozenset(),
) -> T | None:
    """Make a call of a service. Returns None for the error codes in `ignore`, and raises
    `unavailable` for every other error.
    """
    try:
        return call()
    except ClientError as error:
        code = error_code(error)
        if code in ignore:
            return None
        raise unavailable(f"{service} answered {code}", order_id=order_id) from error
    except (ConnectionError, HTTPClientError) as error:
        raise unavailable(f"{service} did not answer", order_id=order_id) from error


def error_code(error: ClientError) -> str:
    """The error code of the service, for example `ConditionalCheckFailedException`."""
    return str(_error(error).get("Code", ""))


def _error(error: ClientError) -> Mapping[str, Any]:
    return error.response.get("Error", {})
