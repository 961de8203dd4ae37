"""Tracing: the variables and the layer of the functions that record spans, if it is on."""

import re
from collections.abc import Iterator, Mapping

from stacks.settings.deployment_settings import DeploymentSettings

TRACERS = ("otlp",)
LOCK_FILE = "requirements/tracing.txt"
_ENDPOINT = re.compile(r"https?://[A-Za-z0-9.-]+(:\d{1,5})?(?!.*/v1/traces)(/[A-Za-z0-9._~/-]*)?")


def tracing_variables(settings: DeploymentSettings) -> Mapping[str, str]:
    """The variables of a function that is traced; none if tracing is off."""
    if not settings.tracing:
        return {}
    return {
        "TRACING": settings.tracing,
        "TRACING_ENDPOINT": settings.tracing_endpoint,
        "TRACING_PERCENT": str(settings.tracing_percent),
    }


def find_tracing_problems(settings: DeploymentSettings) -> Iterator[str]:
    """One sentence for each setting of tracing that cannot be deployed."""
    endpoint = settings.tracing_endpoint
    if bool(settings.tracing) is not bool(endpoint):
        yield "tracing=otlp and tracing_endpoint are set together, or none of them"
    elif endpoint and not _ENDPOINT.fullmatch(endpoint):
        yield "tracing_endpoint must be like http://collector.internal:4318, without /v1/traces"
    if settings.tracing_percent > 100:
        yield "tracing_percent must be at most 100"
