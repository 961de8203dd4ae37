"""The sandbox on its table, and its clock."""

from typing import Any

import pytest

from lambdas.adapters.sandbox.payments import SandboxPayments
from tests.support import tables
from tests.support.fakes.fake_clock import FakeClock


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def payments(dynamodb: Any, clock: FakeClock) -> SandboxPayments:
    return SandboxPayments(dynamodb, clock, payments_table=tables.PAYMENTS)
