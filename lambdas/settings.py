"""Settings of a function: read once from its environment, all problems reported at once."""

from collections.abc import Mapping
from dataclasses import dataclass


class SettingsError(Exception):
    """The environment of the function is incomplete or wrong; start-up only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """A function gets only the variables that it reads: a missing name is an empty string here,
    and an error as soon as it is asked for through `require`.
    """

    environment: str = "dev"
    orders_table: str = ""
    inventory_table: str = ""
    customers_table: str = ""
    payments_table: str = ""
    operations_queue_url: str = ""
    state_machine_alias_arn: str = ""
    sender_email: str = ""
    payment_provider: str = ""
    default_workflow_version: str = "v2"
    approval_timeout_seconds: int = 900
    heartbeat_seconds: int = 300
    payment_timeout_seconds: int = 900
    approver_email: str = ""
    console_url: str = ""
    sign_in_url: str = ""
    user_pool_client_id: str = ""

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "Settings":
        """Read the variables named like the fields, in capitals. Raises SettingsError."""
        problems: list[str] = []
        values: dict[str, str | int] = {}
        for name, default in _DEFAULTS.items():
            text = environment.get(name.upper())
            if text is None:
                continue
            values[name] = _parsed(name, text, default, problems)
        _check(values, problems)
        if problems:
            raise SettingsError("; ".join(problems))
        return cls(**values)  # type: ignore[arg-type]  # names and types come from the fields

    def require(self, name: str) -> str:
        """The text setting `name`. Raises SettingsError when the function was not given it."""
        value = str(getattr(self, name))
        if not value:
            raise SettingsError(f"{name.upper()} is not set")
        return value


_DEFAULTS: dict[str, str | int] = {
    name: getattr(Settings(), name) for name in Settings.__dataclass_fields__
}
_ALLOWED = {
    "environment": ("dev", "staging", "production"),
    "payment_provider": ("sandbox",),
    "default_workflow_version": ("v1", "v2"),
}


def _parsed(name: str, text: str, default: str | int, problems: list[str]) -> str | int:
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
    if values.get("environment") == "production" and values.get("payment_provider") == "sandbox":
        problems.append("PAYMENT_PROVIDER sandbox takes no real money: not for production")
