"""AWS clients that can reach only the emulator."""

import os
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

from local.host.folders import REPOSITORY
from local.host.isolation import isolated_environment
from local.host.waiting import STALL_SECONDS

REGION = "us-east-1"
ACCOUNT = "000000000000"
_ANY_KEY = "test"
_CONFIG = Config(
    retries={"mode": "standard", "max_attempts": 3},
    read_timeout=STALL_SECONDS,
    max_pool_connections=32,
    proxies={},
    inject_host_prefix=False,  # TestState would go to sync-127.0.0.1
)


@lru_cache
def client(service: str, url: str) -> Any:
    """A client of one service; callers annotate it with the service's own type."""
    session = boto3.session.Session(
        aws_access_key_id=_ANY_KEY, aws_secret_access_key=_ANY_KEY, region_name=REGION
    )
    return session.client(service, endpoint_url=url, config=_CONFIG)  # type: ignore[call-overload]


def shell_environment(url: str) -> Mapping[str, str]:
    """Environment variables for a tool that may reach only the emulator: without the user's
    profiles, keys and configuration.
    """
    home = REPOSITORY / ".local" / "home"
    home.mkdir(parents=True, exist_ok=True)
    return {
        **isolated_environment(os.environ),
        "HOME": str(home),  # the user's ~/.cdk.json would change the deployment
        "XDG_CACHE_HOME": os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache"),
        "AWS_ENDPOINT_URL": url,
        "AWS_ENDPOINT_URL_S3": url,
        "AWS_ACCESS_KEY_ID": _ANY_KEY,
        "AWS_SECRET_ACCESS_KEY": _ANY_KEY,
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "CDK_DISABLE_VERSION_CHECK": "1",
        "CDK_DISABLE_CLI_TELEMETRY": "true",
    }
