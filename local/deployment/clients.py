"""AWS clients that can reach nothing but the emulator."""

import os
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import boto3
from botocore.config import Config

REGION = "us-east-1"
ACCOUNT = "000000000000"
_ANY_KEY = "test"
_CONFIG = Config(
    retries={"mode": "standard", "max_attempts": 3}, max_pool_connections=32, proxies={}
)


@lru_cache
def client(service: str, url: str) -> Any:
    """A client of one service; callers annotate it with the service's own type."""
    session = boto3.session.Session(
        aws_access_key_id=_ANY_KEY, aws_secret_access_key=_ANY_KEY, region_name=REGION
    )
    return session.client(service, endpoint_url=url, config=_CONFIG)  # type: ignore[call-overload]


def shell_environment(url: str) -> Mapping[str, str]:
    """The environment for a tool that must reach the emulator only: no profile, no real key."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "CDK_"))}
    return {
        **kept,
        "AWS_ENDPOINT_URL": url,
        "AWS_ENDPOINT_URL_S3": url,
        "AWS_ACCESS_KEY_ID": _ANY_KEY,
        "AWS_SECRET_ACCESS_KEY": _ANY_KEY,
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "NO_PROXY": "127.0.0.1,localhost",
        "no_proxy": "127.0.0.1,localhost",
        "CDK_DISABLE_VERSION_CHECK": "1",
        "CDK_DISABLE_CLI_TELEMETRY": "true",
    }
