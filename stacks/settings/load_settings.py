"""Loads the settings of a deployment from environments.toml and the CDK context, and checks them
before synthesis.
"""

import tomllib
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path

from stacks.settings.deployment_settings import DeploymentSettings
from stacks.settings.setting_checks import ENVIRONMENTS, find_problems

EMULATOR_SENDER = "orders@example.com"
Environments = Mapping[str, Mapping[str, object]]
"""The committed settings by environment."""
CDK_KEYS = {"acknowledged-issue-numbers", "cli-telemetry"}
"""Context that the CDK command line writes; all its other keys have a colon or begin with @."""
_DEFAULTS: dict[str, str | int] = {
    name: getattr(DeploymentSettings(), name) for name in DeploymentSettings.__dataclass_fields__
}


class DeploymentSettingsError(ValueError):
    """The settings of a deployment are wrong; the message names every problem."""


def load_settings(context: Mapping[str, object], environments: Environments) -> DeploymentSettings:
    """The environment's section of `environments` under the CDK context, which takes precedence.
    The emulator takes no section: a local deployment does not depend on it.

    Raises DeploymentSettingsError with all problems at once.
    """
    problems = _unknown_sections(environments)
    section = environments.get(str(context.get("environment", "dev")), {})
    if context.get("target") == "emulator":
        section = {"sender_email": EMULATOR_SENDER}
    committed = {name: section[name] for name in _DEFAULTS if name in section}
    given = {name: value for name, value in context.items() if value is not None}
    return read_context({**committed, **given}, problems)


def read_context(context: Mapping[str, object], problems: Sequence[str] = ()) -> DeploymentSettings:
    """Read the settings from the CDK context. Raises DeploymentSettingsError with all problems at
    once, `problems` among them.
    """
    found = [*problems, *_unknown(context)]
    given = {name: context[name] for name in _DEFAULTS if context.get(name) is not None}
    values = {name: _parse_value(name, value, found) for name, value in given.items()}
    # There are no ticks by default: the heartbeat timeout is as long as the wait.
    timeout = values.get("approval_timeout_seconds", _DEFAULTS["approval_timeout_seconds"])
    values.setdefault("heartbeat_seconds", timeout)
    settings = DeploymentSettings(**values)  # type: ignore[arg-type]  # names and types of the fields
    found += find_problems(settings)
    if found:
        raise DeploymentSettingsError("; ".join(found))
    return settings


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
    """Problems of every section, also of those that this deployment does not use."""
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
    """Keys that are no setting. `cdk` accepts any, so a mistyped one would deploy the default."""
    strange = sorted(
        key
        for key in context.keys() - _DEFAULTS.keys() - CDK_KEYS
        if ":" not in key and not key.startswith("@")
    )
    return [f"there is no setting {key}: {_advice(key)}" for key in strange]


def _advice(key: str) -> str:
    near = get_close_matches(key, _DEFAULTS, n=1, cutoff=0.75)
    return f"did you mean {near[0]}?" if near else "docs/deploy.md lists the settings"


def _parse_value(name: str, value: object, problems: list[str]) -> str | int:
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
