"""A secret is read once, and again after it was rotated."""

from typing import Any

import pytest

from lambdas.adapters.aws_clients import client
from lambdas.adapters.secrets_manager import CachedSecret
from lambdas.domain.errors import ProviderUnavailable
from tests.support.raising import raises


@pytest.fixture
def secrets() -> Any:
    return client("secretsmanager")


def test_a_rotated_secret_is_read_when_the_cache_is_cleared(secrets: Any) -> None:
    arn = secrets.create_secret(Name="stripe", SecretString="sk_1\n")["ARN"]
    secret = CachedSecret(secrets, arn=arn)
    assert secret.value() == "sk_1"

    secrets.put_secret_value(SecretId=arn, SecretString="sk_2")
    assert secret.value() == "sk_1"
    secret.clear()

    assert secret.value() == "sk_2"


def test_a_secret_that_cannot_be_read_is_a_transient_error(secrets: Any) -> None:
    with raises(ProviderUnavailable, "the provider's credentials cannot be read"):
        CachedSecret(secrets, arn="missing").value()
