"""Local processes do not use the user's AWS configuration or proxy."""

import os
from pathlib import Path
from typing import Any

import pytest

from local.emulator.functions import variables
from local.host.aws_clients import shell_environment
from local.host.isolation import isolate, isolated_environment, no_proxy

USER = {
    "PATH": "/bin",
    "AWS_PROFILE": "work",
    "AWS_SECRET_ACCESS_KEY": "real",
    "AWS_ENDPOINT_URL_DYNAMODB": "https://example.com",
    "AWS_CONFIG_FILE": "/home/me/.aws/config",
    "CDK_DEFAULT_ACCOUNT": "123456789012",
    "BOTO_CONFIG": "/home/me/.boto",
    "HTTPS_PROXY": "http://proxy:3128",
}


def test_profiles_keys_endpoints_and_files_of_the_user_are_left_out() -> None:
    mine = isolated_environment(USER)

    assert (mine["PATH"], mine["HTTPS_PROXY"]) == (USER["PATH"], USER["HTTPS_PROXY"])
    assert {name for name in mine if name.startswith(("AWS_", "CDK_", "BOTO_"))} == {
        "AWS_CONFIG_FILE",
        "AWS_SHARED_CREDENTIALS_FILE",
        "AWS_EC2_METADATA_DISABLED",
    }
    assert mine["AWS_CONFIG_FILE"] == mine["AWS_SHARED_CREDENTIALS_FILE"] == os.devnull


@pytest.mark.parametrize(
    ("variables", "hosts"),
    [
        ({}, "127.0.0.1,localhost,::1"),
        ({"NO_PROXY": "a, b,,localhost"}, "a,b,localhost,127.0.0.1,::1"),
        ({"no_proxy": "a", "NO_PROXY": "b"}, "a,b,127.0.0.1,localhost,::1"),
        ({"NO_PROXY": "127.0.0.1,localhost,::1"}, "127.0.0.1,localhost,::1"),
    ],
)
def test_the_loopback_address_is_added_once_to_the_hosts_without_a_proxy(
    variables: dict[str, str], hosts: str
) -> None:
    assert no_proxy(variables) == hosts


def test_this_process_and_its_children_are_isolated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "environ", dict(USER))

    isolate()

    assert os.environ == isolated_environment(USER)


def test_the_deployment_tool_has_a_home_without_settings_of_the_user() -> None:
    made = shell_environment("http://127.0.0.1:1")

    assert made["AWS_ENDPOINT_URL"] == "http://127.0.0.1:1"
    assert made["HOME"] != str(Path.home())
    assert not (Path(made["HOME"]) / ".aws").exists()
    assert not (Path(made["HOME"]) / ".cdk.json").exists()


def test_a_function_finds_no_configuration_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIND_HOST", "127.0.0.1")
    monkeypatch.setenv("GATEWAY_PORT", "1")
    config: dict[str, Any] = {
        "FunctionName": "f",
        "FunctionArn": "arn:aws:lambda:us-east-1:000000000000:function:f",
    }

    seen = variables.environment_of(config, "/code")

    assert seen["AWS_CONFIG_FILE"] == seen["AWS_SHARED_CREDENTIALS_FILE"] == os.devnull
