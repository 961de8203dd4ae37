"""Narrowly, on AWS's DynamoDB Local: the same rules, the same model."""

import pytest

from tests.dynamodb_local.server import DynamoDBLocal
from tests.stateful.environments import OnDynamoDB
from tests.stateful.running import run

EXAMPLES, STEPS = 20, 40
ENDS = ("completed", "cancelled", "failed")


@pytest.mark.proof
def test_every_sequence_on_dynamodb_is_answered_as_predicted(server: DynamoDBLocal) -> None:
    seen = run(lambda: OnDynamoDB(server.client()), examples=EXAMPLES, steps=STEPS)
    assert sum(seen[end] for end in ENDS) >= EXAMPLES
