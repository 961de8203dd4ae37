"""DynamoDB Local for the narrow run; not run, with the reason, where it cannot run."""

from tests.dynamodb_local.conftest import server

__all__ = ["server"]
