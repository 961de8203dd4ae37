"""The contract of the order stores once more, judged by AWS's own DynamoDB."""

from tests.adapters.test_store_contract_commit import *  # noqa: F403
from tests.adapters.test_store_contract_create import *  # noqa: F403
from tests.adapters.test_store_contract_lists import *  # noqa: F403
from tests.adapters.test_store_contract_signals import *  # noqa: F403
from tests.adapters.test_store_contract_waits import *  # noqa: F403
