"""A cached secret of AWS Secrets Manager."""

from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from lambdas.domain.errors import ProviderUnavailable


class CachedSecret:
    """The current value of a secret; `arn` names it. Raises ProviderUnavailable."""

    def __init__(self, client: Any, *, arn: str) -> None:
        self._client = client
        self._arn = arn
        self._value: str | None = None

    def value(self) -> str:
        """The value, from the cache if it has one."""
        if self._value is None:
            self._value = self._read()
        return self._value

    def clear(self) -> None:
        """Clear the cache, for a secret that was rotated."""
        self._value = None

    def _read(self) -> str:
        try:
            return str(self._client.get_secret_value(SecretId=self._arn)["SecretString"]).strip()
        except (ClientError, BotoCoreError) as error:
            raise ProviderUnavailable("the provider's credentials cannot be read") from error
