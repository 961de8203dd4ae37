"""The settings of a deployment: typed, frozen, and checked before synthesis."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from lambdas.domain.workflow_versions import WORKFLOW_VERSIONS
from stacks.setting_checks import ENVIRONMENTS, find_problems

EMULATOR_SENDER = "orders@example.com"
Environments = Mapping[str, Mapping[str, object]]
"""The committed settings by environment."""
CDK_KEYS = {"acknowledged-issue-numbers", "cli-telemetry"}
"""Context that the CDK command line writes; all its other keys have a colon or begin with @."""


class DeploymentSettingsError(ValueError):
    """The settings of a deployment are wrong; the message names every problem."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeploymentSettings:
    """The settings of one deployment (docs/deploy.md), by name."""

    environment: str = "dev"
    target: str = "aws"
    approval_timeout_seconds: int = 900
    heartbeat_seconds: int = 900
    payment_timeout_seconds: int = 900
    settlement_timeout_seconds: int = 259_200
    default_workflow_version: str = WORKFLOW_VERSIONS.current.name
    payment_provider: str = "sandbox"
    payment_secret_arn: str = ""
    payment_webhook_secret_arn: str = ""
    payment_api_url: str = ""
    inventory_url: str = ""
    inventory_secret_arn: str = ""
    customers_url: str = ""
    customers_secret_arn: str = ""
    subscriber_url: str = ""
    subscriber_secret_arn: str = ""
    sender_email: str = ""
    sender_name: str = ""
    reply_to_email: str = ""
    create_sender: str = "no"
    approver_email: str = ""
    max_open_orders: int = 0
    max_open_units: int = 0
    approval_limits: str = ""
    two_approvers_above: str = ""
    console_url: str = ""
    machine_client_ids: str = ""
    alarm_email: str = ""
    sign_in_url: str = ""
    api_concurrency: int = 0
    history_days: int = 730
    encryption: str = "aws"
    release_mode: str = ""
    state_machine_log_level: str = ""
    tracing: str = ""
    tracing_endpoint: str = ""
    tracing_percent: int = 100
    release: str = ""

    @classmethod
    def load(
        cls, context: Mapping[str, object], environments: Environments
    ) -> "DeploymentSettings":
        """The environment's section of `environments` under the CDK context, which takes
        precedence. The emulator takes no section: a local deployment does not depend on it.

        Raises DeploymentSettingsError with all problems at once.
        """
        problems = _unknown_sections(environments)
        section = environments.get(str(context.get("environment", "dev")), {})
        if context.get("target") == "emulator":
            section = {"sender_email": EMULATOR_SENDER}
        committed = {name: section[name] for name in _DEFAULTS if name in section}
        given = {name: value for name, value in context.items() if value is not None}
        return cls.from_context({**committed, **given}, problems)

    @classmethod
    def from_context(
        cls, context: Mapping[str, object], problems: Sequence[str] = ()
    ) -> "DeploymentSettings":
        """Read the settings from the CDK context. Raises DeploymentSettingsError with all
        problems at once, `problems` among them.
        """
        found = [*problems, *_unknown(context)]
        given = {name: context[name] for name in _DEFAULTS if context.get(name) is not None}
        values = {name: _typed(name, value, found) for name, value in given.items()}
        # Without ticks, unless they are asked for.
        timeout = values.get("approval_timeout_seconds", _DEFAULTS["approval_timeout_seconds"])
        values.setdefault("heartbeat_seconds", timeout)
        settings = cls(**values)  # type: ignore[arg-type]  # names and types come from the fields
        found += find_problems(settings)
        if found:
            raise DeploymentSettingsError("; ".join(found))
        return settings

    @property
    def stack_name(self) -> str:
        """Name of the stack, and of everything that carries a physical name."""
        return f"OrderWorkflow-{self.environment}"

    @property
    def machine_clients(self) -> tuple[str, ...]:
        """Ids of the user pool's app clients that call the API as machines."""
        return tuple(self.machine_client_ids.split(",")) if self.machine_client_ids else ()

    @property
    def log_level(self) -> str:
        """What the state machine logs: all state changes in dev, elsewhere only errors."""
        return self.state_machine_log_level or ("ERROR" if self.keeps_data else "ALL")

    @property
    def releases_by_canary(self) -> bool:
        """Whether a part of the new orders tries a release first: outside dev, unless changed."""
        return (self.release_mode or ("canary" if self.keeps_data else "at-once")) == "canary"

    @property
    def runs_on_emulator(self) -> bool:
        """Whether the embedded emulator is deployed to, instead of AWS."""
        return self.target == "emulator"

    @property
    def keeps_data(self) -> bool:
        """Whether data, logs and identities outlive their stack: everywhere but in dev."""
        return self.environment != "dev"


_DEFAULTS: dict[str, str | int] = {
    name: getattr(DeploymentSettings(), name) for name in DeploymentSettings.__dataclass_fields__
}


def read_environments(path: Path) -> Environments:
    """The settings that are committed, by environment. Raises DeploymentSettingsError."""
    try:
        sections = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise DeploymentSettingsError(f"{path.name} cannot be read: {error}") from error
    stray = [name for name, section in sections.items() if not isinstance(section, dict)]
    if stray:
        raise DeploymentSettingsError(f"{path.name}: {', '.join(stray)} belongs to no environment")
    return sections


def _unknown_sections(environments: Environments) -> list[str]:
    """Problems of all sections: one that is not chosen now is deployed later."""
    sections = [
        f"environments.toml has a section for {name}: environments are {', '.join(ENVIRONMENTS)}"
        for name in environments
        if name not in ENVIRONMENTS
    ]
    keys = [
        f"environments.toml, [{name}]: {problem}"
        for name, section in environments.items()
        for problem in _misplaced_keys(section)
    ]
    return sections + keys


def _misplaced_keys(section: Mapping[str, object]) -> list[str]:
    strange = sorted(section.keys() - _DEFAULTS.keys())
    chosen = sorted(section.keys() & {"environment", "target"})
    return [f"there is no setting {key}: {_advice(key)}" for key in strange] + [
        f"{key} is chosen with -c {key}=…" for key in chosen
    ]


def _unknown(context: Mapping[str, object]) -> list[str]:
    """Keys that nothing reads. `cdk` takes any, so a mistyped one would deploy the default."""
    strange = sorted(
        key
        for key in context.keys() - _DEFAULTS.keys() - CDK_KEYS
        if ":" not in key and not key.startswith("@")
    )
    return [f"there is no setting {key}: {_advice(key)}" for key in strange]


def _advice(key: str) -> str:
    near = get_close_matches(key, _DEFAULTS, n=1, cutoff=0.75)
    return f"is {near[0]} meant?" if near else "docs/deploy.md lists the settings"


def _typed(name: str, value: object, problems: list[str]) -> str | int:
    """The value in its field's type; `-c` on the command line gives text only."""
    default = _DEFAULTS[name]
    if not isinstance(value, str | int) or isinstance(value, bool):
        problems.append(f"{name} must be text or a number, not {value!r}")
        return default
    text = str(value)
    if not isinstance(default, int):
        return text
    if text.isascii() and text.isdigit() and int(text) > 0:
        return int(text)
    problems.append(f"{name} must be a positive whole number, not {text!r}")
    return default
