"""The process that every test runs in: no account of the developer's, no Node but set-up's."""

import os
import sys
from pathlib import Path

import pytest

# What boto3 would otherwise look for in the developer's shell and home, and over the network.
AWS_SETTINGS = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_SESSION_TOKEN": "testing",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
}

SHARED = frozenset({"deployment", "aws", "stock", "server"})
"""Fixtures of a whole package."""


def _isolate() -> None:
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        if name != "AWS_CA_BUNDLE":
            del os.environ[name]
    os.environ.update(AWS_SETTINGS)
    # The CDK library needs Node, which set-up put here: the machine need not have one.
    os.environ["JSII_NODE"] = str(Path(sys.prefix, "bin", "node"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """With several workers, one takes a whole file, and all files that share a deployment or an
    emulator: making one takes longer than most tests that use it.
    """
    for item in items:
        shared = SHARED.intersection(getattr(item, "fixturenames", ()))
        group = item.path.parent if shared else item.path
        item.add_marker(pytest.mark.xdist_group(str(group)))


_isolate()  # now, not in a hook: the conftest modules further down import the CDK library
