"""AWS clients. botocore alone, without boto3: half a cold start's imports are boto3's resources."""

from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import botocore.session
from botocore.config import Config
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from botocore.client import BaseClient

# A call gives up after at most two attempts of 6 s and a short pause, before its Lambda function
# times out (20 s, the API 28 s): an error that is not told in time is lost.
_CONFIG = Config(
    connect_timeout=2, read_timeout=4, retries={"mode": "standard", "total_max_attempts": 2}
)
_ONCE = Config(connect_timeout=2, read_timeout=4, retries={"total_max_attempts": 1})

THROTTLED = frozenset(
    {
        "InternalServerError",
        "LimitExceededException",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "RequestThrottled",
        "ServiceUnavailable",
        "ThrottlingError",
        "ThrottlingException",
        "TooManyRequestsException",
    }
)
"""Error codes that say: later, perhaps. (AWS SDK reference guide, "Retry behavior")"""


@lru_cache
def _session() -> botocore.session.Session:
    return botocore.session.get_session()


def client(service: str) -> Any:
    """A client of an AWS service; adapters annotate it with the service's own type."""
    made: BaseClient = _session().create_client(service, config=_CONFIG)
    return made


def client_without_retries(service: str) -> Any:
    """A client whose calls are made once: for effects that have no idempotency key."""
    made: BaseClient = _session().create_client(service, config=_ONCE)
    return made


def error_code(error: ClientError) -> str:
    """The service's name for the error, e.g. `ConditionalCheckFailedException`."""
    return str(_error(error).get("Code", ""))


def _error(error: ClientError) -> Mapping[str, Any]:
    return error.response.get("Error", {})
