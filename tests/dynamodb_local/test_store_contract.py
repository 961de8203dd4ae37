"""The contract of the order stores and of the catalogue on DynamoDB Local."""

from typing import Any

import pytest

from lambdas.domain.ports import Catalogue
from tests.adapters.http.test_directory_contract import (
    on_dynamodb,
    test_the_catalogue_is_listed_by_sku_in_pages,  # noqa: F401
)
from tests.adapters.stock.test_warehouse_contract import (  # noqa: F401
    test_a_product_leaves_the_catalogue_with_its_units,
    test_a_product_that_was_written_before_is_listed_when_it_is_saved,
)
from tests.adapters.store.stores import OnDynamoDB, StoreUnderTest
from tests.adapters.store.test_store_contract_commit import *  # noqa: F403
from tests.adapters.store.test_store_contract_create import *  # noqa: F403
from tests.adapters.store.test_store_contract_lists import *  # noqa: F403
from tests.adapters.store.test_store_contract_signals import *  # noqa: F403
from tests.adapters.store.test_store_contract_waits import *  # noqa: F403


@pytest.fixture  # type: ignore[no-redef]
def under(dynamodb: Any) -> StoreUnderTest:
    """The adapter, in place of the stores that the contract names."""
    return OnDynamoDB(dynamodb)


@pytest.fixture
def catalogue(dynamodb: Any) -> Catalogue:
    return on_dynamodb(dynamodb)
