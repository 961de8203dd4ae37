"""Settings of a function: read once from its environment. All problems are reported together."""

from collections.abc import Mapping
from typing import NamedTuple


class SettingsError(Exception):
    """The environment variables of the function are incomplete or invalid. Raised at start-up."""


class Settings(NamedTuple):
    """The settings of a function. A function has only the variables that it reads: a missing text
    is an empty string, for which `require` raises an error.
    """

    environment: str = "dev"
    orders_table: str = ""
    inventory_table: str = ""
    customers_table: str = ""
    payments_table: str = ""
    operations_queue_url: str = ""
    event_bus_name: str = ""
    event_log_group: str = ""
    histories_bucket: str = ""
    state_machine_alias_arn: str = ""
    sender_email: str = ""
    sender_name: str = ""
    reply_to_email: str = ""
    email_configuration_set: str = ""
    payment_provider: str = ""
    payment_secret_arn: str = ""
    payment_webhook_secret_arn: str = ""
    payment_api_url: str = ""
    inventory_url: str = ""
    inventory_secret_arn: str = ""
    customers_url: str = ""
    customers_secret_arn: str = ""
    subscriber_url: str = ""
    subscriber_secret_arn: str = ""
    default_workflow_version: str = ""
    approval_timeout_seconds: int = 900
    heartbeat_seconds: int = 900
    payment_timeout_seconds: int = 900
    settlement_timeout_seconds: int = 259_200
    approver_email: str = ""
    max_open_orders: int = 0
    max_open_units: int = 0
    approval_limits: str = ""
    two_approvers_above: str = ""
    console_url: str = ""
    sign_in_url: str = ""
    user_pool_client_id: str = ""
    tracing: str = ""
    tracing_endpoint: str = ""
    tracing_percent: int = 100

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "Settings":
        """Read the variables named like the fields, in capitals. Raises SettingsError."""
        problems: list[str] = []
        values: dict[str, str | int] = {}
        for name, default in cls._field_defaults.items():
            text = environment.get(name.upper())
            if text is None:
                continue
            values[name] = _parse_value(name, text, default, problems)
        _check(values, problems)
        if problems:
            raise SettingsError("; ".join(problems))
        return cls(**values)  # type: ignore[arg-type]  # names and types come from the fields

    @property
    def workflow_version(self) -> str:
        """The version of orders that name none: the setting, or the current version."""
        from lambdas.domain.workflow_versions import WORKFLOW_VERSIONS

        return self.default_workflow_version or WORKFLOW_VERSIONS.current.name

    def require(self, name: str) -> str:
        """The text of the setting `name`. Raises SettingsError if the function does not have it."""
        value = str(getattr(self, name))
        if not value:
            raise SettingsError(f"{name.upper()} is not set")
        return value


_ALLOWED = {
    "tracing": ("otlp",),
    "environment": ("dev", "staging", "production"),
}


def _parse_value(name: str, text: str, default: str | int, problems: list[str]) -> str | int:
    if not isinstance(default, int):
        return text
    if text.isascii() and text.isdigit() and int(text) > 0:
        return int(text)
    problems.append(f"{name.upper()} must be a positive whole number, not {text!r}")
    return default


def _check(values: Mapping[str, str | int], problems: list[str]) -> None:
    for name, allowed in _ALLOWED.items():
        if name in values and values[name] not in allowed:
            problems.append(f"{name.upper()} must be one of {', '.join(allowed)}")
    _check_version(str(values.get("default_workflow_version", "")), problems)
    for name in ("inventory_url", "customers_url", "subscriber_url"):
        scheme = str(values.get(name) or "https:").partition(":")[0]
        if scheme != "https" and not (scheme == "http" and values.get("environment") == "dev"):
            problems.append(f"{name.upper()} must begin with https://")
    if values.get("environment") == "production" and values.get("payment_provider") == "sandbox":
        problems.append("PAYMENT_PROVIDER sandbox takes no real money: not for production")


def _check_version(version: str, problems: list[str]) -> None:
    if not version:
        return
    from lambdas.domain.workflow_versions import WORKFLOW_VERSIONS

    startable = WORKFLOW_VERSIONS.startable
    if version not in startable:
        problems.append(f"DEFAULT_WORKFLOW_VERSION must be one of {', '.join(startable)}")
