"""Checks of the settings against the limits of SES, Cognito, Step Functions and the workflow."""

import re
from collections import Counter
from collections.abc import Iterator
from email.charset import Charset

from lambdas.domain.workflow_versions import WORKFLOW_VERSIONS
from stacks.settings.deployment_settings import DeploymentSettings
from stacks.settings.http_services import find_service_problems
from stacks.settings.payment_provider import PAYMENT_PROVIDERS, find_payment_problems
from stacks.settings.tracing import TRACERS, find_tracing_problems

ENVIRONMENTS = ("dev", "staging", "production")
TARGETS = ("aws", "emulator")
RELEASE_MODES = ("canary", "at-once")
ENCRYPTIONS = ("aws", "customer")
LOG_LEVELS = ("ALL", "ERROR", "FATAL", "OFF")

MAX_APPROVAL_SECONDS = 6 * 24 * 3600
"""The execution's own timeout is 7 days; a day is left for payment and compensation."""
MAX_PAYMENT_SECONDS = 6 * 3600
MAX_SETTLEMENT_SECONDS = 14 * 24 * 3600
MAX_TICKS = 100
"""Half of the 200 loops after which an execution hands its order over to a new one; the other half
is for signals.
"""

_CHOICES = {
    "create_sender": ("yes", "no"),
    "encryption": ENCRYPTIONS,
    "environment": ENVIRONMENTS,
    "target": TARGETS,
    "default_workflow_version": WORKFLOW_VERSIONS.startable,
    "payment_provider": tuple(PAYMENT_PROVIDERS),
    "release_mode": ("", *RELEASE_MODES),
    "state_machine_log_level": ("", *LOG_LEVELS),
    "tracing": ("", *TRACERS),
}
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
# SES takes ASCII only; a domain with other letters is written in its xn-- form.
# (SES developer guide, "Creating and verifying identities")
_EMAIL = re.compile(rf"[A-Za-z0-9._%+'-]{{1,64}}@(?:{_LABEL}\.)+[A-Za-z]{_LABEL}")
_RESERVED = re.compile(r".*[@.](?:example\.(?:com|net|org)|example|invalid|test|localhost)")
"""Domains that never receive an e-mail. (RFC 2606)"""
MAX_ENCODED_WORD = 75
"""Characters of a name that is not ASCII, in the header. (RFC 2047, section 2)"""
_SIGN_IN = re.compile(r"/|https?://[A-Za-z0-9.:-]+")
_CONSOLE = re.compile(r"https?://[A-Za-z0-9.:-]+(/[A-Za-z0-9._~%$@:{}+-]*)*")
_RELEASE = re.compile(r"[\w.:/+-]{0,64}", re.ASCII)
_LIMIT = r"[A-Z]{3}:[0-9]{1,15}"
_LIMITS = {
    "approval_limits": (rf"[\w.+=@-]{{1,128}}:{_LIMIT}", "approver:EUR:50000,chief:EUR:900000"),
    "two_approvers_above": (_LIMIT, "EUR:70000,USD:80000"),
}
"""Form and example: amounts in minor units by currency."""
_CLIENT_ID = re.compile(r"[A-Za-z0-9_+]{1,128}")
_OTHER_PARTITIONS = ("cn-", "us-gov-", "us-iso", "eu-iso", "eusc-")


def find_problems(settings: DeploymentSettings) -> Iterator[str]:
    """One sentence for each setting that cannot be deployed."""
    yield from _unknown_choices(settings)
    yield from find_payment_problems(settings)
    yield from find_service_problems(settings)
    yield from find_tracing_problems(settings)
    yield from _bad_times(settings)
    yield from _bad_addresses(settings)
    yield from _bad_urls(settings)
    yield from _bad_ids(settings)
    yield from _bad_limits(settings)


def find_region_problem(region: str) -> str | None:
    """Why the stack cannot be deployed to the region; None if it can, or if none is known yet."""
    if not region.startswith(_OTHER_PARTITIONS):
        return None
    return (
        f"region {region} is not in the partition aws: the workflow's definition names services by "
        "their ARN in that partition, so choose another region"
    )


def _unknown_choices(settings: DeploymentSettings) -> Iterator[str]:
    for name, allowed in _CHOICES.items():
        if getattr(settings, name) not in allowed:
            choices = ", ".join(filter(None, allowed))
            yield f"{name} must be one of {choices}, not {getattr(settings, name)!r}"
    if settings.environment != "dev" and settings.target == "emulator":
        yield "target emulator is for environment dev only"
    if settings.encryption == "customer" and settings.target == "emulator":
        yield "encryption customer is for AWS only: the emulator stores nothing encrypted"


def _bad_times(settings: DeploymentSettings) -> Iterator[str]:
    timeout, heartbeat = settings.approval_timeout_seconds, settings.heartbeat_seconds
    if heartbeat > timeout:
        yield "heartbeat_seconds must be at most approval_timeout_seconds"
    if timeout > MAX_TICKS * heartbeat:
        yield f"approval_timeout_seconds must be at most {MAX_TICKS} heartbeats"
    if timeout > MAX_APPROVAL_SECONDS:
        yield f"approval_timeout_seconds must be at most {MAX_APPROVAL_SECONDS} (6 days)"
    if settings.payment_timeout_seconds > MAX_PAYMENT_SECONDS:
        yield f"payment_timeout_seconds must be at most {MAX_PAYMENT_SECONDS} (6 hours)"
    if settings.settlement_timeout_seconds > MAX_SETTLEMENT_SECONDS:
        yield f"settlement_timeout_seconds must be at most {MAX_SETTLEMENT_SECONDS} (14 days)"


def _bad_addresses(settings: DeploymentSettings) -> Iterator[str]:
    if not settings.sender_email:
        yield (
            "sender_email is not set: name a sender that SES has verified, in environments.toml "
            "or with -c sender_email=…"
        )
    name = settings.sender_name
    if name and (not name.isprintable() or name.isspace()):
        yield "sender_name must be visible text, without line breaks and control characters"
    elif len(Charset("utf-8").header_encode(name)) > MAX_ENCODED_WORD:
        yield f"sender_name is too long: {MAX_ENCODED_WORD} characters at most, when it is encoded"
    for name in ("sender_email", "reply_to_email", "alarm_email", "approver_email"):
        address = getattr(settings, name)
        if address and not _EMAIL.fullmatch(address):
            yield (
                f"{name} is not an e-mail address: {address!r} (SES takes ASCII only, a domain "
                "with other letters in its xn-- form)"
            )
        elif settings.target == "aws" and _RESERVED.fullmatch(address.lower()):
            yield f"{name} is a placeholder: {address!r} is in a domain reserved for examples"


def _bad_urls(settings: DeploymentSettings) -> Iterator[str]:
    if settings.console_url and not _CONSOLE.fullmatch(settings.console_url):
        yield "console_url must be like https://orders.example.com/console"
    if settings.sign_in_url and not _SIGN_IN.fullmatch(settings.sign_in_url):
        yield "sign_in_url must be like https://id.example.com, or / for the API's own host"
    for name in ("console_url", "sign_in_url"):
        url = getattr(settings, name)
        if settings.target == "aws" and url.startswith("http://"):
            yield f"{name} must begin with https://: Cognito refuses http"


def _bad_limits(settings: DeploymentSettings) -> Iterator[str]:
    for name, (form, example) in _LIMITS.items():
        limits = getattr(settings, name)
        entries = limits.split(",") if limits else []
        if not all(re.fullmatch(form, entry, re.ASCII) for entry in entries):
            yield f"{name} must be like {example} (minor units), not {limits!r}"
        keys = Counter(entry.rpartition(":")[0] for entry in entries)
        if twice := [key for key, times in keys.items() if times > 1]:
            yield f"{name} names {', '.join(twice)} more than once"


def _bad_ids(settings: DeploymentSettings) -> Iterator[str]:
    if not _RELEASE.fullmatch(settings.release):
        yield "release must be at most 64 letters, digits and characters of _.:/+-"
    if not all(_CLIENT_ID.fullmatch(client) for client in settings.machine_clients):
        yield "machine_client_ids must be ids of app clients, separated by commas"
    twice = [client for client, times in Counter(settings.machine_clients).items() if times > 1]
    if twice:
        yield f"machine_client_ids names {', '.join(twice)} more than once"
