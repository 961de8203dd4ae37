import json

import pytest

from lambdas.settings import Settings
from stacks.deployment_settings import (
    ENVIRONMENTS,
    PAYMENT_PROVIDERS,
    WORKFLOW_VERSIONS,
    DeploymentSettings,
    DeploymentSettingsError,
)
from tests.support.definition import ROOT, load


def test_defaults_are_a_valid_deployment() -> None:
    assert DeploymentSettings.from_context({}) == DeploymentSettings()


def test_the_committed_context_is_the_defaults() -> None:
    context = json.loads((ROOT / "cdk.json").read_text())["context"]

    assert DeploymentSettings.from_context(context) == DeploymentSettings()


def test_numbers_may_come_as_text_from_the_command_line() -> None:
    settings = DeploymentSettings.from_context(
        {"approval_timeout_seconds": "60", "heartbeat_seconds": "10"}
    )

    assert (settings.approval_timeout_seconds, settings.heartbeat_seconds) == (60, 10)


@pytest.mark.parametrize(
    ("context", "problem"),
    [
        ({"environment": "prod"}, "environment must be one of dev, staging, production"),
        ({"target": "localstack"}, "target must be one of aws, emulator"),
        ({"default_workflow_version": "v3"}, "default_workflow_version must be one of v1, v2"),
        ({"payment_provider": "barter"}, "payment_provider must be one of sandbox"),
        ({"environment": "production"}, "payment_provider sandbox takes no real money"),
        (
            {"environment": "staging", "target": "emulator"},
            "target emulator is for",
        ),
        ({"heartbeat_seconds": 900}, "heartbeat_seconds must be less than approval_timeout"),
        ({"heartbeat_seconds": 8}, "approval_timeout_seconds must be at most 100 heartbeats"),
        (
            {"approval_timeout_seconds": 518401, "heartbeat_seconds": 6000},
            "approval_timeout_seconds must be at most 518400",
        ),
        ({"heartbeat_seconds": 0}, "heartbeat_seconds must be a positive whole number, not '0'"),
        ({"heartbeat_seconds": "5m"}, "heartbeat_seconds must be a positive whole number"),
        ({"sender_email": "orders"}, "sender_email is not an e-mail address: 'orders'"),
        ({"alarm_email": "on call"}, "alarm_email is not an e-mail address"),
        ({"approver_email": "the boss"}, "approver_email is not an e-mail address: 'the boss'"),
        ({"console_url": "orders.example.com"}, "console_url must be like https://"),
        ({"powertools_layer_arn": "powertools"}, "powertools_layer_arn is not the ARN"),
        ({"enviroment": "dev"}, "there is no setting enviroment: is environment meant?"),
        ({"heartbeat-seconds": 60}, "there is no setting heartbeat-seconds: is heartbeat_seconds"),
        ({"approval_timeout": 60}, "there is no setting approval_timeout: is approval_timeout_se"),
    ],
)
def test_a_wrong_setting_is_named(context: dict[str, object], problem: str) -> None:
    with pytest.raises(DeploymentSettingsError) as refused:
        DeploymentSettings.from_context(context)

    assert str(refused.value).startswith(problem)


@pytest.mark.parametrize(
    "key", ["@aws-cdk/core:checkSecretUsage", "aws:cdk:enable-path-metadata", "team", "domain_name"]
)
def test_context_that_is_not_ours_is_left_to_its_owner(key: str) -> None:
    assert DeploymentSettings.from_context({key: "x"}) == DeploymentSettings()


def test_all_problems_are_reported_at_once() -> None:
    wrong = {"environment": "prod", "heartbeat_seconds": "soon", "sender_email": "nobody"}

    with pytest.raises(DeploymentSettingsError) as refused:
        DeploymentSettings.from_context(wrong)

    assert all(name in str(refused.value) for name in wrong)


def test_the_longest_approval_leaves_the_execution_a_day_to_end() -> None:
    longest = DeploymentSettings.from_context(
        {"approval_timeout_seconds": 518400, "heartbeat_seconds": 6000}
    )

    assert load()["TimeoutSeconds"] - longest.approval_timeout_seconds >= 24 * 3600


@pytest.mark.parametrize(
    ("variable", "choices"),
    [
        ("ENVIRONMENT", ENVIRONMENTS),
        ("DEFAULT_WORKFLOW_VERSION", WORKFLOW_VERSIONS),
        ("PAYMENT_PROVIDER", PAYMENT_PROVIDERS),
    ],
)
def test_the_functions_understand_every_choice(variable: str, choices: tuple[str, ...]) -> None:
    for choice in choices:
        understood = Settings.from_environment({variable: choice})
        assert getattr(understood, variable.lower()) == choice


def test_the_stack_takes_its_environment_in_its_name() -> None:
    names = {DeploymentSettings(environment=name).stack_name for name in ENVIRONMENTS}

    assert names == {"OrderWorkflow-dev", "OrderWorkflow-staging", "OrderWorkflow-production"}
