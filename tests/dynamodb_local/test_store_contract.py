"""The contract of the order stores on DynamoDB Local."""

from typing import Any

import pytest

from tests.adapters.stores import OnDynamoDB, StoreUnderTest
from tests.adapters.test_store_contract_commit import *  # noqa: F403
from tests.adapters.test_store_contract_create import *  # noqa: F403
from tests.adapters.test_store_contract_lists import *  # noqa: F403
from tests.adapters.test_store_contract_signals import *  # noqa: F403
from tests.adapters.test_store_contract_waits import *  # noqa: F403


@pytest.fixture  # type: ignore[no-redef]
def under(dynamodb: Any) -> StoreUnderTest:
    """The adapter, in place of the stores that the contract names."""
    return OnDynamoDB(dynamodb)
