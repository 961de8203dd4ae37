"""What a deployment may choose: typed, frozen, and checked before anything is synthesised."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches

ENVIRONMENTS = ("dev", "staging", "production")
TARGETS = ("aws", "emulator")
WORKFLOW_VERSIONS = ("v1", "v2")
PAYMENT_PROVIDERS = ("sandbox",)

POWERTOOLS_LAYER = (
    "arn:aws:lambda:{region}:017000801446:layer:AWSLambdaPowertoolsPythonV3-python314-arm64:27"
)
"""AWS's public layer: Powertools with pydantic, in every region. `{region}` is filled in."""

MAX_APPROVAL_SECONDS = 6 * 24 * 3600
"""The execution's own timeout is 7 days; a day is left for payment and compensation."""
MAX_TICKS = 100
"""The workflow gives up after 200 loops; signals need the other hundred."""

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_SIGN_IN = re.compile(r"/|https?://[A-Za-z0-9.:-]+")
_CONSOLE = re.compile(r"https?://[^\s/]+(/[^\s#?]*)*")
_CLIENT_ID = re.compile(r"[\w+]{1,128}")
_LAYER = re.compile(r"arn:aws[a-z-]*:lambda:(\{region\}|[a-z0-9-]+):\d{12}:layer:[\w-]+:\d+")


class DeploymentSettingsError(ValueError):
    """The context of a deployment is wrong; the message names every problem."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeploymentSettings:
    """The CDK context of one deployment (`cdk deploy -c name=value`), by field name."""

    environment: str = "dev"
    target: str = "aws"
    approval_timeout_seconds: int = 900
    heartbeat_seconds: int = 300
    default_workflow_version: str = "v2"
    payment_provider: str = "sandbox"
    sender_email: str = "orders@example.com"
    create_sender: str = "no"
    approver_email: str = ""
    console_url: str = ""
    machine_client_ids: str = ""
    alarm_email: str = ""
    powertools_layer_arn: str = POWERTOOLS_LAYER
    sign_in_url: str = ""

    @classmethod
    def from_context(cls, context: Mapping[str, object]) -> "DeploymentSettings":
        """Read the context. Raises DeploymentSettingsError with all problems at once."""
        problems = _mistyped(context)
        given = {name: context[name] for name in _DEFAULTS if context.get(name) is not None}
        values = {name: _typed(name, value, problems) for name, value in given.items()}
        settings = cls(**values)  # type: ignore[arg-type]  # names and types come from the fields
        problems += _problems(settings)
        if problems:
            raise DeploymentSettingsError("; ".join(problems))
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
    def keeps_data(self) -> bool:
        """Whether data, logs and identities outlive their stack: everywhere but in dev."""
        return self.environment != "dev"


_DEFAULTS: dict[str, str | int] = {
    name: getattr(DeploymentSettings(), name) for name in DeploymentSettings.__dataclass_fields__
}
_ALLOWED = {
    "create_sender": ("yes", "no"),
    "environment": ENVIRONMENTS,
    "target": TARGETS,
    "default_workflow_version": WORKFLOW_VERSIONS,
    "payment_provider": PAYMENT_PROVIDERS,
}


def _mistyped(context: Mapping[str, object]) -> list[str]:
    """Keys that are nearly ours: `cdk` takes any, so a slip would deploy the default, unseen."""
    strange = sorted(context.keys() - _DEFAULTS.keys())
    near = [(key, get_close_matches(key, _DEFAULTS, n=1, cutoff=0.75)) for key in strange]
    return [f"there is no setting {key}: is {names[0]} meant?" for key, names in near if names]


def _typed(name: str, value: object, problems: list[str]) -> str | int:
    """The value in its field's type; `-c` on the command line gives text only."""
    default = _DEFAULTS[name]
    text = str(value)
    if not isinstance(default, int):
        return text
    if text.isascii() and text.isdigit() and int(text) > 0:
        return int(text)
    problems.append(f"{name} must be a positive whole number, not {text!r}")
    return default


def _problems(settings: DeploymentSettings) -> list[str]:
    return [*_unknown_choices(settings), *_bad_times(settings), *_bad_names(settings)]


def _unknown_choices(settings: DeploymentSettings) -> list[str]:
    found = [
        f"{name} must be one of {', '.join(allowed)}, not {getattr(settings, name)!r}"
        for name, allowed in _ALLOWED.items()
        if getattr(settings, name) not in allowed
    ]
    if settings.environment == "production" and settings.payment_provider == "sandbox":
        found.append(
            "payment_provider sandbox takes no real money, so production refuses it: add your "
            "provider's adapter first (CONTRIBUTING.md), or deploy -c environment=staging"
        )
    if settings.environment != "dev" and settings.target == "emulator":
        found.append("target emulator is for environment dev only")
    return found


def _bad_times(settings: DeploymentSettings) -> list[str]:
    timeout, heartbeat = settings.approval_timeout_seconds, settings.heartbeat_seconds
    found = []
    if heartbeat >= timeout:
        found.append("heartbeat_seconds must be less than approval_timeout_seconds")
    if timeout > MAX_TICKS * heartbeat:
        found.append(f"approval_timeout_seconds must be at most {MAX_TICKS} heartbeats")
    if timeout > MAX_APPROVAL_SECONDS:
        found.append(f"approval_timeout_seconds must be at most {MAX_APPROVAL_SECONDS} (6 days)")
    return found


def _bad_names(settings: DeploymentSettings) -> list[str]:
    found = []
    if not _EMAIL.fullmatch(settings.sender_email):
        found.append(f"sender_email is not an e-mail address: {settings.sender_email!r}")
    for name in ("alarm_email", "approver_email"):
        address = getattr(settings, name)
        if address and not _EMAIL.fullmatch(address):
            found.append(f"{name} is not an e-mail address: {address!r}")
    if settings.console_url and not _CONSOLE.fullmatch(settings.console_url):
        found.append("console_url must be like https://orders.example.com/console")
    if not all(_CLIENT_ID.fullmatch(client) for client in settings.machine_clients):
        found.append("machine_client_ids must be ids of app clients, separated by commas")
    if settings.sign_in_url and not _SIGN_IN.fullmatch(settings.sign_in_url):
        found.append("sign_in_url must be like https://id.example.com, or / for the API's own host")
    if not _LAYER.fullmatch(settings.powertools_layer_arn):
        found.append("powertools_layer_arn is not the ARN of a layer version")
    return found
